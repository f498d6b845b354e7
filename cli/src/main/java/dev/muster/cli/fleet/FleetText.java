package dev.muster.cli.fleet;

import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.DeviceInfo;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Devices and actions in the lines that scripts know. Every label, space and column here is a
/// contract; what the contract has no line for is shown by other commands.
final class FleetText {

  private static final String RULE = "-".repeat(80);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  private FleetText() {}

  static List<String> device(DeviceInfo device) {
    return List.of(
        "Device Information:",
        "  ID:            " + device.getDeviceId(),
        "  Name:          " + device.getDeviceName(),
        "  Type:          " + device.getDeviceType(),
        "  Status:        " + status(device),
        "  Registered:    " + time(device.getRegisteredAt()),
        "  Last Updated:  " + time(device.getLastUpdated()),
        "  Current Action: " + current(device));
  }

  static List<String> devices(List<DeviceInfo> devices) {
    if (devices.isEmpty()) {
      return List.of("No devices registered.");
    }
    var lines = new ArrayList<String>();
    lines.add("Registered Devices (" + devices.size() + " total):");
    lines.add(RULE);
    lines.add(columns("Device ID", "Name", "Type", "Status", "Action"));
    lines.add(RULE);
    for (DeviceInfo device : devices) {
      lines.add(
          columns(
              device.getDeviceId(),
              cut(device.getDeviceName()),
              cut(device.getDeviceType()),
              status(device),
              current(device)));
    }
    return lines;
  }

  /// Ids are never cut: they are what the next command is given.
  private static String columns(String id, String name, String type, String status, String action) {
    return "%-20s %-15s %-15s %-15s %-20s".formatted(id, name, type, status, action);
  }

  private static String cut(String text) {
    if (text.isEmpty()) {
      return "-";
    }
    int room = 15;
    return text.codePointCount(0, text.length()) <= room
        ? text
        : text.substring(0, text.offsetByCodePoints(0, room - 1)) + "…";
  }

  static List<String> action(ActionInfo action) {
    var lines = new ArrayList<String>();
    lines.add("Action Information:");
    lines.add("  Action ID:     " + action.getActionId());
    lines.add("  Device ID:     " + action.getDeviceId());
    lines.add("  Action Type:   " + type(action));
    lines.add("  Status:        " + status(action));
    lines.add("  Initiated:     " + time(action.getInitiatedAt()));
    if (action.getCompletedAt() == 0) {
      lines.add("  Completed:    In progress...");
    } else {
      lines.add("  Completed:    " + time(action.getCompletedAt()));
      long seconds = action.getCompletedAt() - action.getInitiatedAt();
      lines.add("  Duration:     " + seconds + " seconds");
    }
    if (action.getActionParamsCount() > 0) {
      lines.add("  Parameters:");
      new TreeMap<>(action.getActionParamsMap())
          .forEach((key, value) -> lines.add("    " + key + " = " + value));
    }
    if (!action.getErrorMessage().isEmpty()) {
      lines.add("  Error:        " + action.getErrorMessage());
    }
    return lines;
  }

  static String status(DeviceInfo device) {
    return FleetWords.name(device.getStatus(), device.getStatusValue());
  }

  static String status(ActionInfo action) {
    return FleetWords.name(action.getStatus(), action.getStatusValue());
  }

  static String type(ActionInfo action) {
    return FleetWords.name(action.getActionType(), action.getActionTypeValue());
  }

  private static String current(DeviceInfo device) {
    return device.getCurrentActionId().isEmpty() ? "None" : device.getCurrentActionId();
  }

  /// Unix seconds as UTC.
  static String time(long seconds) {
    if (seconds == 0) {
      return "-";
    }
    try {
      return TIME.format(Instant.ofEpochSecond(seconds));
    } catch (DateTimeException _) {
      return String.valueOf(seconds);
    }
  }
}
