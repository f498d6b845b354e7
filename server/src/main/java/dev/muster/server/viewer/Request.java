package dev.muster.server.viewer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.muster.server.live.Cursor;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a viewer asks for: `{"watch": {"all": true | "devices": […], "kinds": […]}, "cursor":
/// "…"}`.
///
/// @param devices ids or handles; empty for all
/// @param from where to go on; null to go on where this connection is, or to begin now
record Request(Set<String> devices, Set<Kind> kinds, @Nullable Cursor from) {
  static final int MOST_CHARACTERS = 64 * 1024;
  static final int MOST_DEVICES = 1_000;
  private static final int LONGEST_NAME = 200;
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private static final String FORM =
      "Send {\"watch\": {\"all\": true}} or {\"watch\": {\"devices\": [\"…\"], \"kinds\":"
          + " [\"device\", \"action\", \"alert\", \"compliance\", \"seen\"]}, \"cursor\": \"…\"}.";

  /// @throws Refusal which says what would be right
  static Request parse(String text) {
    if (text.length() > MOST_CHARACTERS) {
      throw Refusal.of(ErrorCode.TOO_LARGE, "A message may have 65,536 characters at the most.");
    }
    JsonNode root = read(text);
    requireFields("", root, Set.of("watch", "cursor"));
    JsonNode watch = root.get("watch");
    if (watch == null || !watch.isObject()) {
      throw Refusal.invalid("watch", "must be an object. " + FORM);
    }
    requireFields("watch.", watch, Set.of("all", "devices", "kinds"));
    return new Request(devices(watch), kinds(watch.get("kinds")), cursor(root.get("cursor")));
  }

  private static JsonNode read(String text) {
    try {
      JsonNode root = JSON.readTree(text);
      if (root.isObject()) {
        return root;
      }
    } catch (JsonProcessingException _) {
      // refused below
    }
    throw Refusal.of(ErrorCode.MALFORMED_REQUEST, "The message is no JSON object. " + FORM);
  }

  private static void requireFields(String path, JsonNode object, Set<String> known) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!known.contains(field.getKey())) {
        throw Refusal.invalid(path + shortened(field.getKey()), "is not known. " + FORM);
      }
    }
  }

  private static Set<String> devices(JsonNode watch) {
    JsonNode all = watch.get("all");
    JsonNode named = watch.get("devices");
    if (all != null && (!all.isBoolean() || !all.booleanValue())) {
      throw Refusal.invalid("watch.all", "must be true, or be left out for some devices");
    }
    if ((all == null) == (named == null)) {
      throw Refusal.invalid(
          "watch", "must have either \"all\": true or \"devices\" with their names");
    }
    if (named == null) {
      return Set.of();
    }
    if (!named.isArray() || named.isEmpty() || named.size() > MOST_DEVICES) {
      throw Refusal.invalid(
          "watch.devices", "must be an array of 1 to 1,000 ids or names of devices");
    }
    Set<String> devices = new LinkedHashSet<>();
    for (int i = 0; i < named.size(); i++) {
      String name = named.get(i).isTextual() ? named.get(i).textValue() : "";
      if (name.isEmpty() || name.length() > LONGEST_NAME || !JsonText.isStorable(name)) {
        throw Refusal.invalid("watch.devices[" + i + "]", "must be the id or name of a device");
      }
      devices.add(name);
    }
    return devices;
  }

  private static Set<Kind> kinds(@Nullable JsonNode named) {
    if (named == null) {
      return EnumSet.allOf(Kind.class);
    }
    if (!named.isArray() || named.isEmpty()) {
      throw Refusal.invalid("watch.kinds", "must be an array of some of " + everyKind());
    }
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (int i = 0; i < named.size(); i++) {
      String field = "watch.kinds[" + i + "]";
      String name = named.get(i).isTextual() ? named.get(i).textValue() : "";
      kinds.add(
          Kind.named(name)
              .orElseThrow(() -> Refusal.invalid(field, "must be one of " + everyKind())));
    }
    return kinds;
  }

  private static String everyKind() {
    return Arrays.stream(Kind.values()).map(Kind::wireName).collect(Collectors.joining(", "));
  }

  private static @Nullable Cursor cursor(@Nullable JsonNode text) {
    if (text == null || text.isNull()) {
      return null;
    }
    return Cursor.parse(text.isTextual() ? text.textValue() : "");
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
  }
}
