package dev.muster.server.action;

import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Says how far the commands of attempts are on their way to their devices; implemented by the room
/// that hands them out.
public interface DeliveryView {
  /// Why a device has not been handed a command yet.
  ///
  /// @param reason a sentence, such as "The device is not connected."
  /// @param since when it became so
  /// @param next what will happen next and when, a sentence without the action's own expiry
  record Delivery(String reason, Instant since, String next) {}

  /// By the request id of each action's present attempt. What it knows nothing of is absent.
  ///
  /// @param undelivered actions that are attempted by devices of their own and of which nobody
  ///   knows that the device has the command
  Map<String, Delivery> of(
      Handle handle, OrganizationId organization, Collection<Action> undelivered);
}
