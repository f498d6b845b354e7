package dev.muster.server.device;

import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A place in a list of devices: beside the device of `key` and `id`, which need not be there any
/// more. Devices that come or go elsewhere do not move it.
///
/// @param backward whether the page ends before the place instead of beginning after it
/// @param walk which of the walks of the search it is in
/// @param key what the walk is ordered by, of that device
record DeviceCursor(boolean backward, int walk, String key, UUID id) {
  private static final Pattern FORM =
      Pattern.compile("([0-9a-f]{12})\\.([ab])([01])\\.([0-9a-f-]{36})\\.([A-Za-z0-9_-]*)");
  private static final String RULE = "must be that of a next or previous link";

  /// @param list names filter and ordering, so that the cursor is good for no other list
  String text(String list) {
    return list
        + "."
        + (backward ? "b" : "a")
        + walk
        + "."
        + id
        + "."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }

  /// @throws Refusal `invalid parameter` when it is none, or one of another list
  static DeviceCursor read(String text, String list) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw Refusal.parameter("cursor", RULE);
    }
    if (!matcher.group(1).equals(list)) {
      throw Refusal.parameter(
          "cursor",
          "belongs to a list with other filters or another ordering; ask without it to begin anew");
    }
    return new DeviceCursor(
        matcher.group(2).equals("b"),
        Integer.parseInt(matcher.group(3)),
        key(matcher.group(5)),
        Ids.parse(matcher.group(4)).orElseThrow(() -> Refusal.parameter("cursor", RULE)));
  }

  private static String key(String encoded) {
    try {
      String key = new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8);
      if (key.indexOf('\0') < 0) {
        return key;
      }
    } catch (IllegalArgumentException _) {
      // refused below
    }
    throw Refusal.parameter("cursor", RULE);
  }
}
