package dev.muster.server.device;

/// What a device is doing, in the words of the fleet API.
public enum DeviceStatus {
  IDLE,
  BUSY,
  OFFLINE,
  MAINTENANCE,
  UPDATING,
  RECOVERING,
  ERROR;

  /// The same words as a regular expression, for the checks of requests.
  static final String WORDS = "IDLE|BUSY|OFFLINE|MAINTENANCE|UPDATING|RECOVERING|ERROR";
}
