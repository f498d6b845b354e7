package dev.muster.server.audit;

import dev.muster.server.platform.Caller;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Who did something.
///
/// @param id of the person, key, device or token; null of the server itself
/// @param job which of the server's jobs it was; null of all others, who are named when the log is
///   read
record Actor(Kind kind, @Nullable UUID id, @Nullable String job) {
  enum Kind {
    PERSON,
    /// Anybody, whom open mode let act as the person of this id.
    OPEN_MODE,
    KEY,
    DEVICE,
    ENROLLMENT_TOKEN,
    SERVER;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Kind> named(String wireName) {
      return Arrays.stream(values()).filter(kind -> kind.wireName().equals(wireName)).findFirst();
    }
  }

  static Actor of(Caller caller) {
    return switch (caller) {
      case Caller.Person person ->
          new Actor(person.open() ? Kind.OPEN_MODE : Kind.PERSON, person.userId(), null);
      case Caller.Key key -> new Actor(Kind.KEY, key.keyId(), null);
      case Caller.Device device -> new Actor(Kind.DEVICE, device.deviceId(), null);
      case Caller.Enroller enroller -> new Actor(Kind.ENROLLMENT_TOKEN, enroller.tokenId(), null);
      case Caller.Server server -> new Actor(Kind.SERVER, null, server.job());
    };
  }
}
