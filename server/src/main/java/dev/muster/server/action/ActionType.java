package dev.muster.server.action;

import static dev.muster.server.action.Parameter.optional;
import static dev.muster.server.action.Parameter.required;

import dev.muster.server.device.DeviceStatus;
import java.util.List;
import java.util.Locale;

/// What a device can be told to do. The first four take whatever parameters they are given, because
/// clients of the fleet API have always sent their own; the others take theirs and no others.
public enum ActionType {
  SOFTWARE_UPDATE,
  FIRMWARE_UPDATE,
  SYSTEM_REBOOT,
  CONFIGURATION_CHANGE,
  /// Answer, and nothing else.
  PING,
  /// Make a noise, so that the device is found.
  RING,
  /// Lock the screen.
  LOCK,
  /// Erase everything on the device.
  WIPE,
  LAUNCH_APP,
  RESTART_APP,
  INSTALL_APP,
  UNINSTALL_APP,
  GRANT_PERMISSIONS,
  LIST_PACKAGES,
  COLLECT_LOGS,
  /// Run a shell script. Off unless the organization allows it.
  RUN_SCRIPT;

  /// Whether it takes parameters that nobody has declared.
  boolean isOpen() {
    return switch (this) {
      case SOFTWARE_UPDATE, FIRMWARE_UPDATE, SYSTEM_REBOOT, CONFIGURATION_CHANGE -> true;
      case PING,
          RING,
          LOCK,
          WIPE,
          LAUNCH_APP,
          RESTART_APP,
          INSTALL_APP,
          UNINSTALL_APP,
          GRANT_PERMISSIONS,
          LIST_PACKAGES,
          COLLECT_LOGS,
          RUN_SCRIPT ->
          false;
    };
  }

  /// What it is told with.
  List<Parameter> parameters() {
    return switch (this) {
      case SOFTWARE_UPDATE, FIRMWARE_UPDATE, SYSTEM_REBOOT, CONFIGURATION_CHANGE -> List.of();
      case PING, LIST_PACKAGES -> List.of();
      case RING -> List.of(optional("seconds", Parameter.Kind.SECONDS));
      case LOCK -> List.of(optional("message", Parameter.Kind.TEXT));
      case WIPE -> List.of(required("confirm", Parameter.Kind.CONFIRMATION));
      case LAUNCH_APP, RESTART_APP, UNINSTALL_APP ->
          List.of(required("package", Parameter.Kind.PACKAGE));
      case INSTALL_APP ->
          List.of(
              required("package", Parameter.Kind.PACKAGE),
              required("url", Parameter.Kind.URL),
              required("sha256", Parameter.Kind.SHA256),
              optional("version", Parameter.Kind.TEXT));
      case GRANT_PERMISSIONS ->
          List.of(
              required("package", Parameter.Kind.PACKAGE),
              required("permissions", Parameter.Kind.PERMISSIONS));
      case COLLECT_LOGS -> List.of(optional("lines", Parameter.Kind.LINES));
      case RUN_SCRIPT ->
          List.of(
              required("script", Parameter.Kind.SCRIPT),
              optional("seconds", Parameter.Kind.SECONDS));
    };
  }

  /// What devices call it.
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What a device is doing while the action runs on it.
  DeviceStatus statusOfDevice() {
    return this == SOFTWARE_UPDATE || this == FIRMWARE_UPDATE
        ? DeviceStatus.UPDATING
        : DeviceStatus.BUSY;
  }
}
