package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import dev.muster.server.task.Clocks;
import dev.muster.server.task.TaskFields;
import dev.muster.server.task.Tombstone;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One change of a push, as it was sent and as it was understood.
///
/// @param sentId as it was written
/// @param sent all of it
/// @param id null when it is no UUID
/// @param clock of the row on the device; empty when it says none
/// @param fields checked: of a task those of [TaskFields], of a comment `content`, `task`, `parent`
/// @param problem what is wrong with it; null when nothing is
record Item(
    Tombstone.Kind kind,
    String sentId,
    @Nullable UUID id,
    String operation,
    Json.Obj sent,
    VectorClock clock,
    Map<String, Json> fields,
    @Nullable String problem) {
  static final String CONTENT = "content";
  static final String TASK = "task";
  static final String PARENT = "parent";
  static final String DELETE = "delete";
  private static final String EDITED_AT = "updated_at";
  private static final int LONGEST_ID = 200;
  private static final int LONGEST_CONTENT = 20_000;
  private static final Json.Obj NOTHING = Json.obj(Map.of());

  /// Never refuses: what is wrong is said of the item.
  static Item read(Tombstone.Kind kind, Json given) {
    Json.Obj item = given instanceof Json.Obj object ? object : Json.obj(Map.of("item", given));
    String sentId = text(item, "id");
    String operation = text(item, "operation");
    Json.Obj data = item.fields().get("data") instanceof Json.Obj object ? object : NOTHING;
    UUID id = Ids.parse(sentId).orElse(null);
    VectorClock clock = VectorClock.EMPTY;
    Map<String, Json> fields = Map.of();
    String problem = null;
    try {
      require(given instanceof Json.Obj, "item", "must be an object");
      String mark = text(item, ChangesReader.MARK);
      if (!mark.isEmpty()) {
        throw Refusal.of(ErrorCode.INVALID_FIELDS, mark);
      }
      require(id != null, "id", "must be a UUID");
      require(
          operation.equals("create") || operation.equals("update") || operation.equals(DELETE),
          "operation",
          "must be one of create, update, delete");
      require(
          operation.equals(DELETE) || item.fields().get("data") instanceof Json.Obj,
          "data",
          "must be an object");
      clock = clock(data);
      if (!operation.equals(DELETE)) {
        fields = kind == Tombstone.Kind.TASK ? TaskFields.checked(data) : comment(data);
      }
    } catch (Refusal refusal) {
      problem =
          refusal.fields().stream()
              .map(field -> field.field() + " " + field.message())
              .reduce((a, b) -> a + "; " + b)
              .orElse(refusal.detail());
    }
    String shown = sentId.length() > LONGEST_ID ? sentId.substring(0, LONGEST_ID) : sentId;
    return new Item(
        kind,
        id == null ? JsonText.printable(shown) : id.toString(),
        id,
        operation,
        item,
        clock,
        Collections.unmodifiableMap(fields),
        problem);
  }

  boolean isDeletion() {
    return operation.equals(DELETE);
  }

  /// The same item with other fields, which somebody has decided on.
  Item withData(Json.Obj data) {
    return read(
        kind,
        Json.obj(Map.of("id", Json.of(sentId), "operation", Json.of("update"), "data", data)));
  }

  /// With the data that an older edit of the same row has sent beside its own.
  Item over(Item older) {
    Map<String, Json> all = new HashMap<>();
    for (Item one : new Item[] {older, this}) {
      if (one.sent.fields().get("data") instanceof Json.Obj data) {
        all.putAll(data.fields());
      }
    }
    Map<String, Json> both = new HashMap<>(sent.fields());
    both.put("data", Json.obj(all));
    return new Item(kind, sentId, id, operation, Json.obj(both), clock, fields, problem);
  }

  Item refused(String why) {
    return new Item(kind, sentId, id, operation, sent, clock, fields, why);
  }

  /// The id in a checked field, when there is one.
  Optional<UUID> reference(String field) {
    return fields.get(field) instanceof Json.Text text ? Ids.parse(text.value()) : Optional.empty();
  }

  /// Whether its checked fields say what was sent, and not something like it.
  boolean isAsSent() {
    return sent.fields().get("data") instanceof Json.Obj data
        && fields.entrySet().stream()
            .allMatch(field ->
                TaskFields.saysTheSame(
                    field.getKey(),
                    field.getValue(),
                    data.fields().getOrDefault(field.getKey(), Json.NULL)));
  }

  /// When it was edited, by the clock of its device, if it says so in a way that can be read.
  Optional<Instant> editedAt() {
    if (!(sent.fields().get("data") instanceof Json.Obj data)) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(data.fields().get(EDITED_AT)).map(TaskFields::time);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  String content() {
    return fields.get(CONTENT) instanceof Json.Text text ? text.value() : "";
  }

  private static VectorClock clock(Json.Obj data) {
    Json given = data.fields().get("vector_clock");
    if (given == null || given instanceof Json.Null) {
      return VectorClock.EMPTY;
    }
    try {
      return Clocks.read(given);
    } catch (IllegalArgumentException wrong) {
      throw Refusal.invalid("vector_clock", String.valueOf(wrong.getMessage()));
    }
  }

  private static Map<String, Json> comment(Json.Obj data) {
    Map<String, Json> fields = new LinkedHashMap<>();
    Json content = data.fields().get(CONTENT);
    if (content != null) {
      require(
          content instanceof Json.Text text
              && !text.value().isBlank()
              && text.value().length() <= LONGEST_CONTENT,
          CONTENT,
          "must be a string of 1 to 20000 characters");
      fields.put(CONTENT, content);
    }
    for (String field : new String[] {TASK, PARENT}) {
      Json value = data.fields().get(field);
      if (value != null && !(value instanceof Json.Null)) {
        Optional<UUID> id =
            value instanceof Json.Text text ? Ids.parse(text.value()) : Optional.empty();
        require(id.isPresent(), field, "must be an id (a UUID)");
        fields.put(field, Json.of(id.orElseThrow().toString()));
      }
    }
    return fields;
  }

  private static void require(boolean good, String field, String message) {
    if (!good) {
      throw Refusal.invalid(field, message);
    }
  }

  private static String text(Json.Obj object, String key) {
    return object.fields().get(key) instanceof Json.Text text ? text.value() : "";
  }
}
