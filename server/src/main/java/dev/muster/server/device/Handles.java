package dev.muster.server.device;

import dev.muster.server.platform.Ids;
import org.jspecify.annotations.Nullable;

/// The rule for handles that people choose: 1 to 128 of `A–Z a–z 0–9 . _ : -`, and not of a UUID's
/// form, so that a handle never looks like the id of another device. Neither `.` nor `..`, which
/// every client takes out of a path before it is sent.
public final class Handles {
  /// The rule as a regular expression.
  static final String FORM =
      "(?!\\.{1,2}$)(?![0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$)[A-Za-z0-9._:-]{1,128}";

  static final String RULE =
      "must be 1 to 128 of the characters A-Z a-z 0-9 . _ : - and must neither have the form of a UUID"
          + " nor be . or ..";

  private Handles() {}

  /// What is wrong with `handle`, in words; null when it may be used.
  public static @Nullable String problem(String handle) {
    if (handle.isEmpty()
        || handle.length() > 128
        || handle.equals(".")
        || handle.equals("..")
        || Ids.parse(handle).isPresent()) {
      return RULE;
    }
    for (int i = 0; i < handle.length(); i++) {
      char c = handle.charAt(i);
      boolean allowed =
          (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == ':'
              || c == '-';
      if (!allowed) {
        return RULE;
      }
    }
    return null;
  }
}
