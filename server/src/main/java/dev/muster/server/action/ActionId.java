package dev.muster.server.action;

import dev.muster.server.platform.Refusal;
import java.util.regex.Pattern;

/// Names an action: `action_<unix ms>_<number>`, the number from a database sequence.
public record ActionId(String value) {
  private static final Pattern FORM = Pattern.compile("action_[0-9]{1,15}_[0-9]{1,19}");

  static ActionId of(long unixMillis, long number) {
    return new ActionId("action_" + unixMillis + "_" + number);
  }

  /// @throws Refusal `not found` when no action can have this id
  static ActionId parse(String text) {
    if (!FORM.matcher(text).matches()) {
      throw Refusal.notFound("action");
    }
    return new ActionId(text);
  }

  /// What a device answers to for one attempt at the action.
  public String requestId(int attempt) {
    return value + "-" + attempt;
  }

  @Override
  public String toString() {
    return value;
  }
}
