package dev.muster.server.device;

import dev.muster.protocol.Platform;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads what a query wants of a list of devices.
public final class DeviceFilters {
  private static final List<String> OTHERS = List.of("search", "group", "lifecycle");

  private DeviceFilters() {}

  /// @throws Refusal `invalid parameter`
  static DeviceFilter read(MultivaluedMap<String, String> query) {
    String lifecycle = given(query.getFirst("lifecycle"));
    DeviceFilter filter =
        DeviceFilter.ALL
            .searching(given(query.getFirst("search")))
            .in(given(query.getFirst("group")))
            .at(lifecycle == null ? null : word("lifecycle", lifecycle, Lifecycle.values()));
    for (String kind : DeviceFilter.KINDS) {
      for (String value : query.getOrDefault(kind, List.of())) {
        if (!value.isEmpty()) {
          filter = filter.having(kind, checked(kind, value));
        }
      }
    }
    for (String name : query.keySet()) {
      if (name.startsWith(DeviceFilter.ATTRIBUTE)) {
        requireKey(name);
        for (String value : query.getOrDefault(name, List.of())) {
          filter = filter.having(name, value);
        }
      }
    }
    return filter;
  }

  /// Reads the same from the fields of an object. Unlike a query it may hold nothing else: by a
  /// slip the filter would be wider than it was meant.
  ///
  /// @throws Refusal `invalid parameter`
  public static DeviceFilter read(Map<String, List<String>> fields) {
    MultivaluedMap<String, String> query = new MultivaluedHashMap<>();
    fields.forEach((name, values) -> {
      if (!OTHERS.contains(name)
          && !DeviceFilter.KINDS.contains(name)
          && !name.startsWith(DeviceFilter.ATTRIBUTE)) {
        throw Refusal.parameter(
            JsonText.printable(name),
            "is no filter; there are "
                + String.join(", ", OTHERS)
                + ", "
                + String.join(", ", DeviceFilter.KINDS)
                + " and attribute.<key>");
      }
      query.addAll(name, values);
    });
    return read(query);
  }

  private static void requireKey(String name) {
    if (!Attributes.isKey(name.substring(DeviceFilter.ATTRIBUTE.length()))) {
      throw Refusal.parameter(
          name, "is not the key of an attribute: 1 to 64 of A-Z a-z 0-9 . _ - after attribute.");
    }
  }

  /// Words that there is no other choice of are checked, so that a slip finds more than nothing.
  private static String checked(String kind, String value) {
    return switch (kind) {
      case "status" -> word(kind, value, DeviceStatus.values()).name();
      case "platform" -> word(kind, value, Platform.values()).name();
      default -> value;
    };
  }

  private static <E extends Enum<E>> E word(String name, String text, E[] words) {
    return Arrays.stream(words)
        .filter(word -> word.name().equals(text))
        .findFirst()
        .orElseThrow(() ->
            Refusal.parameter(
                name,
                "must be one of "
                    + Arrays.stream(words).map(Enum::name).collect(Collectors.joining(", "))));
  }

  private static @Nullable String given(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
