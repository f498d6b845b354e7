package dev.muster.server.viewer;

import dev.muster.server.live.Change;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What there is to be told of.
enum Kind {
  DEVICE,
  ACTION,
  ALERT,
  COMPLIANCE,
  /// That a device was heard: the one kind that is in no log.
  SEEN;

  static Kind of(Change change) {
    return switch (change.kind()) {
      case DEVICE -> DEVICE;
      case ACTION -> ACTION;
      case ALERT -> ALERT;
      case COMPLIANCE -> COMPLIANCE;
    };
  }

  static Optional<Kind> named(String name) {
    return Arrays.stream(values()).filter(kind -> kind.wireName().equals(name)).findFirst();
  }

  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What it is in the log.
  Optional<Change.Kind> logged() {
    return switch (this) {
      case DEVICE -> Optional.of(Change.Kind.DEVICE);
      case ACTION -> Optional.of(Change.Kind.ACTION);
      case ALERT -> Optional.of(Change.Kind.ALERT);
      case COMPLIANCE -> Optional.of(Change.Kind.COMPLIANCE);
      case SEEN -> Optional.empty();
    };
  }
}
