package dev.muster.server.action;

/// How far an action is. Drawn in docs/actions.md.
public enum ActionState {
  /// It waits for its turn.
  PENDING,
  /// It is the device's present action: on its way, being carried out, or between two attempts.
  RUNNING,
  /// The device has done it.
  COMPLETED,
  /// The device said that it failed, or did not answer in time, at the last attempt.
  FAILED,
  /// Somebody cancelled it, or a newer one took its place, or the device was retired.
  CANCELLED,
  /// It was not delivered within its time to live.
  EXPIRED;

  /// Whether nothing follows it.
  public boolean isEnd() {
    return switch (this) {
      case PENDING, RUNNING -> false;
      case COMPLETED, FAILED, CANCELLED, EXPIRED -> true;
    };
  }
}
