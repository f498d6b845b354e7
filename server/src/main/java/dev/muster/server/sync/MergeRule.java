package dev.muster.server.sync;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Who wins when a field was set on both sides without either knowing of the other.
enum MergeRule {
  /// What [Merge] says of the field.
  DEFAULT,
  SERVER,
  CLIENT,
  /// Whoever set it later; the server when both did at the same time. A device that does not say
  /// when cannot win, nor lose: that is a conflict.
  LATEST,
  /// All of both; of fields that hold several things.
  UNION,
  /// Somebody decides.
  MANUAL;

  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<MergeRule> named(String name) {
    return Arrays.stream(values()).filter(rule -> rule.wireName().equals(name)).findFirst();
  }
}
