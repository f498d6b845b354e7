package dev.muster.server.viewer;

import dev.muster.server.live.Change;

/// Something that a viewer is to be told. A newer one of the same subject takes the place of an
/// older.
sealed interface Told {
  Kind kind();

  /// The device that it is of, which is what viewers are told of at most once a second; of what is
  /// of no device, the thing itself.
  String device();

  /// What it is of.
  String subject();

  /// Its place in the log; after all places when it is in none.
  long number();

  /// Whether nothing that was to be told of the device is worth telling any more.
  default boolean erases() {
    return false;
  }

  /// A change of the log, one that is of a device or an alert.
  record OfChange(Change change) implements Told {
    @Override
    public Kind kind() {
      return Kind.of(change);
    }

    @Override
    public String device() {
      return change.device() == null ? subject() : change.device().toString();
    }

    @Override
    public String subject() {
      return switch (change) {
        case Change.OfDevice of -> "device " + of.device();
        case Change.Erased of -> "device " + of.device();
        case Change.OfAction of -> "action " + of.action().id();
        case Change.OfAlert of -> "alert " + of.alert().id();
        case Change.OfCompliance of -> "compliance " + of.device();
        case Change.OfManyStates _ -> "compliance";
      };
    }

    @Override
    public long number() {
      return change.number();
    }

    @Override
    public boolean erases() {
      return change instanceof Change.Erased;
    }
  }

  /// A device was heard.
  record Seen(Sighting sighting) implements Told {
    @Override
    public Kind kind() {
      return Kind.SEEN;
    }

    @Override
    public String device() {
      return sighting.device().toString();
    }

    @Override
    public String subject() {
      return "seen";
    }

    @Override
    public long number() {
      return Long.MAX_VALUE;
    }
  }
}
