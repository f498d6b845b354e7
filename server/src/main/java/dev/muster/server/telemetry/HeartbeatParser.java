package dev.muster.server.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.SegmentedStringWriter;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads heartbeats from JSON, by hand and token by token: at ten thousand a second binding by
/// reflection would be the largest cost of the server.
///
/// A value of the wrong type is refused and named. A reading out of its range is not: a device
/// whose battery is broken must still be heard, so such a reading counts as not said. Unknown keys
/// are ignored.
final class HeartbeatParser {
  static final int MOST_IN_BATCH = 500;

  private static final int DEEPEST = 16;
  private static final int LONGEST_TEXT = 200;

  /// A numeric has 16,383 digits behind the point at the most.
  private static final int MOST_EXPONENT = 16_000;

  private static final Set<String> KEPT =
      Set.of(
          "alias",
          "speedtest_running_signals",
          "self_heal_hints",
          "power_ok",
          "net_validated",
          "queue_depth");
  private static final Set<String> DETAILS =
      Set.of("app_versions", "is_device_owner", "doze_whitelisted");
  private static final Set<String> DETAILS_OF_SYSTEM =
      Set.of("sdk_int", "patch_level", "build_id", "model", "manufacturer");
  private static final Set<String> KEPT_OF_NETWORK = Set.of("ssid", "carrier", "ip");

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxStringLength(HeartbeatRoutes.MOST_BYTES)
                  .maxNumberLength(64)
                  .build())
          .build();

  private HeartbeatParser() {}

  /// A heartbeat as it was sent, or what is wrong with it.
  static HeartbeatDraft one(byte[] body, int length) {
    return reading(
        body,
        length,
        parser -> {
          if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw malformed("a heartbeat is a JSON object");
          }
          return heartbeat(parser);
        });
  }

  /// The heartbeats of `{"heartbeats": […]}`.
  static List<HeartbeatDraft> batch(byte[] body, int length) {
    return reading(
        body,
        length,
        parser -> {
          List<HeartbeatDraft> drafts = null;
          if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw malformed("a batch is a JSON object");
          }
          while (parser.nextToken() != JsonToken.END_OBJECT) {
            boolean wanted = parser.currentName().equals("heartbeats");
            JsonToken value = parser.nextToken();
            if (!wanted) {
              parser.skipChildren();
            } else if (value != JsonToken.START_ARRAY) {
              throw Refusal.invalid("heartbeats", "must be an array of heartbeats");
            } else {
              drafts = heartbeats(parser);
            }
          }
          if (drafts == null) {
            throw Refusal.invalid("heartbeats", "is missing");
          }
          return drafts;
        });
  }

  private static List<HeartbeatDraft> heartbeats(JsonParser parser) throws IOException {
    List<HeartbeatDraft> drafts = new ArrayList<>();
    for (JsonToken next = parser.nextToken();
        next != JsonToken.END_ARRAY;
        next = parser.nextToken()) {
      if (drafts.size() == MOST_IN_BATCH) {
        throw Refusal.invalid("heartbeats", "must be " + MOST_IN_BATCH + " at the most");
      }
      if (next == JsonToken.START_OBJECT) {
        drafts.add(heartbeat(parser));
      } else {
        parser.skipChildren();
        HeartbeatDraft wrong = new HeartbeatDraft();
        wrong.problem("", "must be an object");
        drafts.add(wrong);
      }
    }
    return drafts;
  }

  private interface Reading<T> {
    T read(JsonParser parser) throws IOException;
  }

  private static <T> T reading(byte[] body, int length, Reading<T> what) {
    try (JsonParser parser = JSON.createParser(body, 0, length)) {
      T read = what.read(parser);
      if (parser.nextToken() != null) {
        throw malformed("there is something behind the JSON value");
      }
      return read;
    } catch (JsonProcessingException failure) {
      JsonLocation at = failure.getLocation();
      throw malformed(
          at == null
              ? "the JSON is nested deeper than "
                  + DEEPEST
                  + " levels, or a value of it is too long"
              : "the JSON cannot be read at line "
                  + at.getLineNr()
                  + ", column "
                  + at.getColumnNr());
    } catch (IOException failure) {
      throw malformed("the body cannot be read as JSON in UTF-8");
    }
  }

  private static Refusal malformed(String what) {
    return Refusal.of(ErrorCode.MALFORMED_REQUEST, "The body is malformed: " + what + ".");
  }

  private static HeartbeatDraft heartbeat(JsonParser parser) throws IOException {
    HeartbeatDraft draft = new HeartbeatDraft();
    SegmentedStringWriter restText = new SegmentedStringWriter(JSON._getBufferRecycler());
    SegmentedStringWriter detailText = new SegmentedStringWriter(JSON._getBufferRecycler());
    try (JsonGenerator rest = JSON.createGenerator(restText);
        JsonGenerator detail = JSON.createGenerator(detailText)) {
      rest.writeStartObject();
      detail.writeStartObject();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (key) {
          case "device_id" -> draft.deviceId = text(parser, draft, "", key);
          case "timestamp_utc" -> draft.timestamp(text(parser, draft, "", key));
          case "app_version" -> draft.appVersion = text(parser, draft, "", key);
          case "fcm_token" -> draft.fcmToken = text(parser, draft, "", key);
          case "is_ping_response" -> draft.pingResponse = flag(parser, draft, "", key);
          case "ping_request_id" -> draft.pingRequestId = text(parser, draft, "", key);
          case "battery" -> draft.battery = object(parser, draft, key, HeartbeatParser::battery);
          case "memory" -> draft.memory = object(parser, draft, key, HeartbeatParser::memory);
          case "system" ->
              draft.system = object(parser, draft, key, (name, p, d) -> system(name, p, d, detail));
          case "network" ->
              draft.network = object(parser, draft, key, (name, p, d) -> network(name, p, d, rest));
          default -> {
            if (KEPT.contains(key) && value != JsonToken.VALUE_NULL) {
              rest.writeFieldName(key);
              if (key.equals("speedtest_running_signals") && value == JsonToken.START_OBJECT) {
                signals(parser, draft, rest);
              } else {
                copy(parser, draft, key, rest);
              }
            } else if (DETAILS.contains(key) && value != JsonToken.VALUE_NULL) {
              detail.writeFieldName(key);
              copy(parser, draft, key, detail);
            } else {
              parser.skipChildren();
            }
          }
        }
      }
      rest.writeEndObject();
      detail.writeEndObject();
    }
    draft.rest = restText.getAndClear();
    draft.detail = detailText.getAndClear();
    if (draft.rest.length() + draft.detail.length() > Shortening.MOST) {
      Shortening.shorten(draft);
    }
    draft.check();
    return draft;
  }

  private interface Field {
    void read(String name, JsonParser parser, HeartbeatDraft draft) throws IOException;
  }

  private static boolean object(JsonParser parser, HeartbeatDraft draft, String key, Field field)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return false;
      }
      parser.skipChildren();
      draft.problem(key, "must be an object");
      return true;
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      field.read(name, parser, draft);
    }
    return true;
  }

  private static void battery(String name, JsonParser parser, HeartbeatDraft draft)
      throws IOException {
    switch (name) {
      case "pct" -> draft.batteryPct = within(number(parser, draft, "battery", name), 0, 100);
      case "charging" -> draft.charging = flag(parser, draft, "battery", name);
      case "temperature_c" ->
          draft.celsius = within(number(parser, draft, "battery", name), -100, 200);
      default -> parser.skipChildren();
    }
  }

  private static void memory(String name, JsonParser parser, HeartbeatDraft draft)
      throws IOException {
    switch (name) {
      case "total_ram_mb" ->
          draft.totalMb = within(number(parser, draft, "memory", name), 0, 1 << 30);
      case "avail_ram_mb" ->
          draft.availableMb = within(number(parser, draft, "memory", name), 0, 1 << 30);
      case "pressure_pct" ->
          draft.pressurePct = within(number(parser, draft, "memory", name), 0, 100);
      default -> parser.skipChildren();
    }
  }

  private static void system(
      String name, JsonParser parser, HeartbeatDraft draft, JsonGenerator detail)
      throws IOException {
    switch (name) {
      case "uptime_seconds" ->
          draft.uptimeSeconds = within(number(parser, draft, "system", name), 0, 1e12);
      case "android_version" -> draft.osVersion = text(parser, draft, "system", name);
      default -> keep(DETAILS_OF_SYSTEM, name, parser, draft, detail);
    }
  }

  private static void network(
      String name, JsonParser parser, HeartbeatDraft draft, JsonGenerator rest) throws IOException {
    if (name.equals("transport")) {
      draft.transport = text(parser, draft, "network", name);
    } else {
      keep(KEPT_OF_NETWORK, name, parser, draft, rest);
    }
  }

  private static void keep(
      Set<String> kept, String name, JsonParser parser, HeartbeatDraft draft, JsonGenerator rest)
      throws IOException {
    if (kept.contains(name) && parser.currentToken().isScalarValue()) {
      rest.writeFieldName(name);
      copy(parser, draft, name, rest);
    } else {
      parser.skipChildren();
    }
  }

  private static void signals(JsonParser parser, HeartbeatDraft draft, JsonGenerator rest)
      throws IOException {
    rest.writeStartObject();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "has_service_notification" ->
            draft.notification = flag(parser, draft, "speedtest_running_signals", name);
        case "foreground_recent_seconds" ->
            draft.foregroundSeconds =
                within(number(parser, draft, "speedtest_running_signals", name), 0, 1e12);
        default -> {}
      }
      rest.writeFieldName(storable(name, draft, "speedtest_running_signals"));
      copy(parser, draft, name, rest);
    }
    rest.writeEndObject();
  }

  /// The value as it was sent, when the database can hold it.
  private static void copy(JsonParser parser, HeartbeatDraft draft, String key, JsonGenerator rest)
      throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        rest.writeStartObject();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          rest.writeFieldName(storable(parser.currentName(), draft, key));
          parser.nextToken();
          copy(parser, draft, key, rest);
        }
        rest.writeEndObject();
      }
      case START_ARRAY -> {
        rest.writeStartArray();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          copy(parser, draft, key, rest);
        }
        rest.writeEndArray();
      }
      case VALUE_STRING -> rest.writeString(storable(parser.getText(), draft, key));
      case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> {
        if (Double.isInfinite(parser.getDoubleValue())) {
          draft.problem(key, "must not hold a number beyond 1.8e308");
        } else if (exponent(parser.getText()) > MOST_EXPONENT) {
          draft.problem(key, "must not hold a number with an exponent beyond " + MOST_EXPONENT);
        }
        rest.writeNumber(parser.getText());
      }
      case VALUE_TRUE -> rest.writeBoolean(true);
      case VALUE_FALSE -> rest.writeBoolean(false);
      case VALUE_NULL, END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          rest.writeNull();
    }
  }

  /// As it is written, without its sign; 0 when there is none. A number that is 0 to Java may have
  /// one that no numeric of PostgreSQL holds.
  private static int exponent(String number) {
    int letter = Math.max(number.indexOf('e'), number.indexOf('E'));
    if (letter < 0) {
      return 0;
    }
    String exponent = number.substring(letter + 1);
    return exponent.length() > 6 ? Integer.MAX_VALUE : Math.abs(Integer.parseInt(exponent));
  }

  private static String storable(String text, HeartbeatDraft draft, String key) {
    if (JsonText.isStorable(text)) {
      return text;
    }
    draft.problem(key, "must not hold U+0000 or half of a surrogate pair");
    return "";
  }

  private static @Nullable String text(
      JsonParser parser, HeartbeatDraft draft, String of, String key) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      parser.skipChildren();
      draft.problem(path(of, key), "must be a string");
      return null;
    }
    String text = parser.getText();
    int longest = key.equals("fcm_token") ? 4096 : LONGEST_TEXT;
    if (text.length() > longest) {
      draft.problem(path(of, key), "must have " + longest + " characters at the most");
    }
    return storable(text, draft, path(of, key));
  }

  private static @Nullable Boolean flag(
      JsonParser parser, HeartbeatDraft draft, String of, String key) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case START_OBJECT,
          END_OBJECT,
          START_ARRAY,
          END_ARRAY,
          FIELD_NAME,
          NOT_AVAILABLE,
          VALUE_EMBEDDED_OBJECT,
          VALUE_STRING,
          VALUE_NUMBER_FLOAT,
          VALUE_NUMBER_INT -> {
        parser.skipChildren();
        draft.problem(path(of, key), "must be true or false");
        yield null;
      }
    };
  }

  private static @Nullable Double number(
      JsonParser parser, HeartbeatDraft draft, String of, String key) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (!parser.currentToken().isNumeric()) {
      parser.skipChildren();
      draft.problem(path(of, key), "must be a number");
      return null;
    }
    return parser.getDoubleValue();
  }

  private static @Nullable Double within(@Nullable Double value, double least, double most) {
    return value != null && value >= least && value <= most ? value : null;
  }

  private static String path(String of, String key) {
    return of.isEmpty() ? key : of + "." + key;
  }
}
