package dev.muster.server.telemetry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Keeps less of what a heartbeat says besides its readings than there is room for. The heartbeat
/// counts without it: a device with many apps must not look as if it were silent.
final class Shortening {
  /// Characters that are kept as they were sent.
  static final int MOST = 32 * 1024;

  /// Of the names of what is left out; all that there may be have less.
  private static final int NAMES = 512;

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build()
          .readerFor(ObjectNode.class);

  private record Member(ObjectNode of, String key, int size) {}

  private Shortening() {}

  /// Leaves out the largest values until the rest fits, and names them in `truncated`.
  static void shorten(HeartbeatDraft draft) {
    ObjectNode rest = read(draft.rest);
    ObjectNode detail = read(draft.detail);
    List<Member> members = new ArrayList<>();
    for (ObjectNode object : List.of(rest, detail)) {
      object
          .properties()
          .forEach(field ->
              members.add(
                  new Member(
                      object,
                      field.getKey(),
                      field.getKey().length() + field.getValue().toString().length() + 4)));
    }
    members.sort(Comparator.comparingInt(Member::size).reversed());
    int size = NAMES + members.stream().mapToInt(Member::size).sum();
    ArrayNode truncated = rest.arrayNode();
    for (Member largest : members) {
      if (size <= MOST) {
        break;
      }
      largest.of().remove(largest.key());
      truncated.add(largest.key());
      size -= largest.size();
    }
    if (!truncated.isEmpty()) {
      rest.set("truncated", truncated);
    }
    draft.rest = rest.toString();
    draft.detail = detail.toString();
  }

  private static ObjectNode read(String object) {
    try {
      return JSON.readValue(object);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
