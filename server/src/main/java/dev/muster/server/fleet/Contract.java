package dev.muster.server.fleet;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import java.util.function.Supplier;

/// The sentences that clients of the fleet service compare with, letter by letter.
final class Contract {
  static final String REGISTERED = "Device registered successfully";
  static final String STATUS_UPDATED = "Device status updated successfully";
  static final String DEVICE_RETRIEVED = "Device information retrieved successfully";
  static final String INITIATED = "Action initiated successfully";
  static final String ACTION_RETRIEVED = "Action status retrieved successfully";

  private Contract() {}

  static String retrieved(int devices) {
    return "Retrieved " + devices + " device(s)";
  }

  static String retrievedActions(int actions) {
    return "Retrieved " + actions + " action(s)";
  }

  static Refusal emptyDeviceId() {
    return Refusal.of(ErrorCode.INVALID_DEVICE_ID, "Device ID cannot be empty");
  }

  static Refusal invalidStatus() {
    return Refusal.of(ErrorCode.INVALID_FIELDS, "Invalid device status");
  }

  static Refusal invalidActionType() {
    return Refusal.of(ErrorCode.INVALID_FIELDS, "Invalid action type");
  }

  /// @throws Refusal when the request names no action
  static void requireActionId(String id) {
    if (id.isEmpty()) {
      throw Refusal.of(ErrorCode.INVALID_FIELDS, "Action ID cannot be empty");
    }
  }

  /// Does something about one action, and says in the contract's words that it is not there.
  static <T> T ofAction(Supplier<T> work) {
    try {
      return work.get();
    } catch (Refusal refusal) {
      throw refusal.code() == ErrorCode.NOT_FOUND
          ? Refusal.of(ErrorCode.NOT_FOUND, "Action not found")
          : refusal;
    }
  }

  /// @throws Refusal when the request names no device
  static void requireDeviceId(String id) {
    if (id.isEmpty()) {
      throw emptyDeviceId();
    }
  }

  /// Does something about one device, and says in the contract's words that it is not there or that
  /// it is there already.
  static <T> T ofDevice(Supplier<T> work) {
    try {
      return work.get();
    } catch (Refusal refusal) {
      throw aboutDevice(refusal);
    }
  }

  static Refusal aboutDevice(Refusal refusal) {
    return switch (refusal.code()) {
      case NOT_FOUND -> Refusal.of(ErrorCode.NOT_FOUND, "Device not found");
      case ALREADY_EXISTS -> Refusal.of(ErrorCode.ALREADY_EXISTS, "Device already exists");
      default -> refusal;
    };
  }
}
