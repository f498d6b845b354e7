package dev.muster.server.remedy;

import dev.muster.server.action.ActionType;

/// Why something is tried.
enum Reason {
  /// The policy of the device says that its monitored app is started again.
  RELAUNCH,
  /// A rule asks for it when the app is down.
  APP_DOWN,
  /// A rule asks for it when the device is silent.
  OFFLINE;

  ActionType action() {
    return switch (this) {
      case RELAUNCH, APP_DOWN -> ActionType.LAUNCH_APP;
      case OFFLINE -> ActionType.PING;
    };
  }
}
