package dev.muster.server.device;

import dev.muster.server.platform.Caller;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Who caused an event.
///
/// @param kind `person`, `key`, `device`, `enrollment_token` or `server`
/// @param id null for the server
/// @param name of a person, as it is now, or of the server's job; null for others
public record Actor(String kind, @Nullable UUID id, @Nullable String name) {
  static Actor of(Caller caller) {
    return switch (caller) {
      case Caller.Person person -> new Actor("person", person.userId(), null);
      case Caller.Key key -> new Actor("key", key.keyId(), null);
      case Caller.Device device -> new Actor("device", device.deviceId(), null);
      case Caller.Enroller enroller -> new Actor("enrollment_token", enroller.tokenId(), null);
      case Caller.Server server -> new Actor("server", null, server.job());
    };
  }
}
