package dev.muster.server.dispatch;

import dev.muster.server.action.Handovers;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;

/// A command that has been taken to be handed out.
///
/// @param handle of the device
/// @param beganAt when the attempt at the action, or its cancellation, began
/// @param sends how often the command was taken, this time included
record Delivery(
    OrganizationId organization,
    String requestId,
    String actionId,
    DeviceId device,
    String handle,
    Kind kind,
    Instant beganAt,
    int sends) {
  /// What the device is to do with what it is handed.
  enum Kind {
    /// The action.
    RUN,
    /// To stop one that it was handed before.
    CANCEL
  }

  /// What a delivery that is not being handed out waits for.
  enum WaitsFor {
    /// To be handed out, at any moment.
    HANDOVER,
    /// The device to connect or to poll.
    CONNECTION,
    /// The push service.
    PUSH,
    /// The device to come for its command secret.
    SECRET,
    /// The device to say that it has it.
    DEVICE
  }

  /// Ends the request id of the command that cancels another.
  private static final String CANCEL = "-cancel";

  static String cancelOf(String requestId) {
    return requestId + CANCEL;
  }

  /// The request that a cancellation is to stop.
  String target() {
    return requestId.substring(0, requestId.length() - CANCEL.length());
  }

  Handovers.Handed handed() {
    return new Handovers.Handed(organization, requestId);
  }
}
