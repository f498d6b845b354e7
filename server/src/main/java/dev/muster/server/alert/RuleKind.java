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
  DISK_LOW
}
