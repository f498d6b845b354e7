package dev.muster.server.device;

/// What happened to a device. The names are part of the REST API.
public enum EventKind {
  REGISTERED,
  /// Known hardware came in again.
  ENROLLED,
  /// Name, tags, status or attributes are others than before.
  CHANGED,
  JOINED,
  LEFT,
  DEACTIVATED,
  ACTIVATED,
  RETIRED,
  TOKENS_REVOKED,
  POLICY_ASSIGNED,
  POLICY_UNASSIGNED,
  /// What is desired of this one device beside its policies was set or removed.
  POLICY_OVERRIDDEN;

  static EventKind of(Lifecycle reached) {
    return switch (reached) {
      case ACTIVE -> ACTIVATED;
      case DEACTIVATED -> DEACTIVATED;
      case RETIRED -> RETIRED;
    };
  }
}
