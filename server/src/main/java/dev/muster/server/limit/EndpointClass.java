package dev.muster.server.limit;

import dev.muster.server.platform.LimitSettings;
import java.time.Duration;
import java.util.Locale;

/// Endpoints that share a limit, because a call to each costs about the same and is as likely.
public enum EndpointClass {
  /// Logins and refreshes, by address.
  LOGIN,
  /// Credentials that were refused, by address.
  REFUSED,
  /// Pages and calls that need no credential, and requests that show none, by address.
  OPEN,
  /// Whatever an enrollment token is for.
  ENROLL,
  READ,
  WRITE,
  /// Requests about many devices, backups and exports.
  BULK,
  /// What devices do, heartbeats aside.
  DEVICE,
  HEARTBEAT,
  /// The opening of a WebSocket.
  CONNECT,
  /// What comes in over WebSockets.
  MESSAGE;

  /// @param perMinute what may go on for ever; 0 is without limit
  /// @param burst what may come at once
  record Rate(int perMinute, int burst) {
    /// The pause after which a caller has the whole burst again.
    Duration filled() {
      return Duration.ofMinutes(1).multipliedBy(burst).dividedBy(perMinute);
    }
  }

  /// As it stands in settings and metrics.
  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whether callers are told apart by their network address, because nothing else is known of
  /// them.
  boolean isOfStrangers() {
    return this == LOGIN || this == REFUSED || this == OPEN;
  }

  Rate rate(LimitSettings settings) {
    return switch (this) {
      case LOGIN -> new Rate(settings.loginRate(), settings.loginBurst());
      case REFUSED -> new Rate(settings.refusedRate(), settings.refusedBurst());
      case OPEN -> new Rate(settings.openRate(), settings.openBurst());
      case ENROLL -> new Rate(settings.enrollRate(), settings.enrollBurst());
      case READ -> new Rate(settings.readRate(), settings.readBurst());
      case WRITE -> new Rate(settings.writeRate(), settings.writeBurst());
      case BULK -> new Rate(settings.bulkRate(), settings.bulkBurst());
      case DEVICE -> new Rate(settings.deviceRate(), settings.deviceBurst());
      case HEARTBEAT -> new Rate(settings.heartbeatRate(), settings.heartbeatBurst());
      case CONNECT -> new Rate(settings.connectRate(), settings.connectBurst());
      case MESSAGE -> new Rate(settings.messageRate(), settings.messageBurst());
    };
  }
}
