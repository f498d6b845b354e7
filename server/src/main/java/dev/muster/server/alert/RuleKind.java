package dev.muster.server.alert;

/// What an alert is about.
public enum RuleKind {
  /// No heartbeat for longer than the rule allows.
  OFFLINE,
  /// The battery is below the rule's share, and not charging.
  LOW_BATTERY,
  /// The app that the device monitors does not run.
  APP_DOWN,
  /// The device is not as it should be.
  NON_COMPLIANT,
  /// The device has not reported on its newest policy for longer than the rule allows.
  STALE,
  /// An action on the device has failed or expired.
  ACTION_FAILED,
  /// Of the server itself: heartbeats could not be archived.
  ARCHIVE_FAILED,
  /// Of the server itself: an event could not be handed on, or a job keeps failing.
  JOB_DEAD,
  /// Of the server itself: the disk fills up.
  DISK_LOW;

  /// What a threshold counts.
  public enum Unit {
    SECONDS,
    PERCENT,
    TIMES,
    NONE
  }

  public Unit unit() {
    return switch (this) {
      case OFFLINE, NON_COMPLIANT, STALE -> Unit.SECONDS;
      case LOW_BATTERY -> Unit.PERCENT;
      case APP_DOWN -> Unit.TIMES;
      case ACTION_FAILED, ARCHIVE_FAILED, JOB_DEAD, DISK_LOW -> Unit.NONE;
    };
  }

  /// Whether it is about the server itself; the rules of the first organization are for it.
  public boolean isOfServer() {
    return switch (this) {
      case ARCHIVE_FAILED, JOB_DEAD, DISK_LOW -> true;
      case OFFLINE, LOW_BATTERY, APP_DOWN, NON_COMPLIANT, STALE, ACTION_FAILED -> false;
    };
  }

  /// Whether something can be tried against it.
  boolean hasRemedy() {
    return this == OFFLINE || this == APP_DOWN;
  }

  /// Whether a greater threshold raises sooner.
  boolean isStricterAbove() {
    return this == LOW_BATTERY;
  }

  /// The least threshold that is taken.
  int least() {
    return switch (this) {
      case OFFLINE -> 30;
      case LOW_BATTERY, APP_DOWN -> 1;
      case NON_COMPLIANT, STALE, ACTION_FAILED, ARCHIVE_FAILED, JOB_DEAD, DISK_LOW -> 0;
    };
  }

  /// The greatest threshold that is taken.
  int most() {
    return switch (this) {
      case OFFLINE, NON_COMPLIANT, STALE -> 30 * 86_400;
      case LOW_BATTERY -> 95;
      case APP_DOWN -> 100;
      case ACTION_FAILED, ARCHIVE_FAILED, JOB_DEAD, DISK_LOW -> 0;
    };
  }
}
