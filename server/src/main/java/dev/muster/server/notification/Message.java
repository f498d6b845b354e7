package dev.muster.server.notification;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.muster.protocol.Json;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is told in one message: one alert or several.
///
/// @param kind null when the alerts are of several kinds, and for a test
/// @param severity the worst
/// @param items some of the alerts, [#MOST_NAMED] at the most
/// @param note a sentence in the place of alerts; null in all but tests
record Message(
    @Nullable RuleKind kind,
    Severity severity,
    long raised,
    long recovered,
    List<Item> items,
    @Nullable String note) {
  static final int MOST_NAMED = 20;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  /// What an alert tells.
  enum Event {
    RAISED,
    RECOVERED
  }

  /// One alert.
  ///
  /// @param device null when it is about the server itself, as handle and name are
  record Item(
      UUID alert,
      Event event,
      RuleKind kind,
      Severity severity,
      @Nullable UUID device,
      @Nullable String handle,
      @Nullable String name,
      String summary,
      Instant at) {
    private String subject() {
      if (handle == null) {
        return "the server";
      }
      return name == null || name.equals(handle) ? handle : name + " (" + handle + ")";
    }

    private Json.Obj json() {
      Map<String, Json> fields = new TreeMap<>();
      fields.put("alert_id", Json.of(alert.toString()));
      fields.put("event", Json.of(event.name()));
      fields.put("kind", Json.of(kind.name()));
      fields.put("severity", Json.of(severity.name()));
      fields.put("device_id", handle == null ? Json.NULL : Json.of(handle));
      fields.put("handle", handle == null ? Json.NULL : Json.of(handle));
      fields.put("name", name == null ? Json.NULL : Json.of(name));
      fields.put("summary", Json.of(summary));
      fields.put("at", Json.of(at.toString()));
      return Json.obj(fields);
    }
  }

  /// A message on its way.
  ///
  /// @param id the same at each try
  /// @param createdAt when it was composed
  record Delivery(UUID id, Instant createdAt, Message message) {}

  Message {
    items = List.copyOf(items);
  }

  static Message test(String channel) {
    return new Message(
        null,
        Severity.INFO,
        0,
        0,
        List.of(),
        "This is a test of the channel \"" + channel + "\". Nothing is wrong.");
  }

  /// As it was stored.
  static Message of(String stored) {
    try {
      return JSON.readValue(stored, Message.class);
    } catch (JsonProcessingException failure) {
      throw new UncheckedIOException("a stored message cannot be read", failure);
    }
  }

  String stored() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException failure) {
      throw new UncheckedIOException("a message cannot be stored", failure);
    }
  }

  String title() {
    if (note != null) {
      return "Test of Muster's notifications";
    }
    String what = kind == null ? "Alerts" : words(kind);
    if (raised + recovered == 1) {
      String whose = items.isEmpty() ? "a device that was erased" : items.getFirst().subject();
      return "[" + label() + "] " + what + ": " + whose;
    }
    String how =
        kind == null || (raised > 0 && recovered > 0)
            ? raised + " raised, " + recovered + " recovered"
            : (raised + recovered) + noun() + (raised > 0 ? "" : " recovered");
    return "[" + label() + "] " + what + ": " + how;
  }

  private String noun() {
    boolean ofServer = !items.isEmpty() && items.getFirst().device() == null;
    return kind == null || ofServer ? " alerts" : " devices";
  }

  private String label() {
    return raised == 0 ? "RECOVERED" : severity.name();
  }

  /// What follows the title.
  String body() {
    if (note != null) {
      return note;
    }
    if (raised + recovered == 1) {
      return items.stream()
          .map(item -> item.summary() + "\n" + time(item))
          .collect(Collectors.joining());
    }
    List<String> lines = new ArrayList<>();
    for (Item item : items) {
      lines.add("- " + item.subject() + ": " + (kind == null ? mixed(item) : time(item)));
    }
    long more = raised + recovered - items.size();
    if (more > 0) {
      lines.add("and " + more + " more.");
    }
    return String.join("\n", lines);
  }

  private static String mixed(Item item) {
    return words(item.kind()) + ", " + time(item);
  }

  private static String time(Item item) {
    return switch (item.event()) {
      case RAISED -> "since " + item.at();
      case RECOVERED -> "recovered at " + item.at();
    };
  }

  private static String words(RuleKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /// The body of a webhook.
  Json.Obj json(Delivery delivery) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("id", Json.of(delivery.id().toString()));
    fields.put("created_at", Json.of(delivery.createdAt().toString()));
    fields.put("type", Json.of(type()));
    fields.put("kind", kind == null ? Json.NULL : Json.of(kind.name()));
    fields.put("severity", Json.of(severity.name()));
    fields.put("title", Json.of(title()));
    fields.put("text", Json.of(body()));
    fields.put("raised", Json.of(raised));
    fields.put("recovered", Json.of(recovered));
    fields.put("alerts", new Json.Arr(items.stream().<Json>map(Item::json).toList()));
    fields.put("more", Json.of(Math.max(0, raised + recovered - items.size())));
    return Json.obj(fields);
  }

  private String type() {
    if (note != null) {
      return "test";
    }
    if (kind == null || (raised > 0 && recovered > 0)) {
      return "summary";
    }
    return raised == 0 ? "recovered" : "raised";
  }
}
