package dev.muster.server.device;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;

/// Whether a device takes part: ACTIVE ⇄ DEACTIVATED, and from either → RETIRED, which is final.
/// Drawn in docs/devices.md.
public enum Lifecycle {
  /// It takes part.
  ACTIVE,
  /// Its own calls are refused until somebody activates it again; people go on changing it.
  DEACTIVATED,
  /// It is gone and only read; its hardware may enroll again and is then a new device.
  RETIRED;

  /// Asked of a device that calls for itself.
  ///
  /// @throws Refusal `device deactivated` or `device retired`
  public void requireActive() {
    switch (this) {
      case ACTIVE -> {}
      case DEACTIVATED ->
          throw Refusal.of(
              ErrorCode.DEVICE_DEACTIVATED,
              "The device is deactivated. It may go on when an operator activates it again.");
      case RETIRED ->
          throw Refusal.of(
              ErrorCode.DEVICE_RETIRED,
              "The device is retired for good. Enroll it again, and it is a new device.");
    }
  }

  /// Asked of a device that somebody is about to change.
  ///
  /// @throws Refusal `device state`
  public void requireChangeable() {
    if (this == RETIRED) {
      throw Refusal.of(
          ErrorCode.DEVICE_STATE,
          "The device is retired, which is final. Enroll or register it again as a new device.");
    }
  }

  /// Whether a device may go from here to `target`, another state.
  boolean leadsTo(Lifecycle target) {
    return switch (this) {
      case ACTIVE, DEACTIVATED -> true;
      case RETIRED -> target == RETIRED;
    };
  }
}
