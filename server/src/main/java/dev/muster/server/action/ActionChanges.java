package dev.muster.server.action;

import dev.muster.server.platform.OrganizationId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Hears of what becomes of actions, within the transaction that makes it so and that holds the
/// devices' rows. What it throws undoes the transition.
public interface ActionChanges {
  /// These actions are new, or another than before. Called once for each transition, progress
  /// included.
  default void changed(Handle handle, OrganizationId organization, List<Action> actions) {}

  /// A device is to be handed the command of this attempt from now on.
  default void attemptBegan(Handle handle, Action action) {}

  /// The attempt that the action was at is over, however it ended, and its command is to be handed
  /// out no more.
  ///
  /// @param recall whether a device that has it should be told to stop
  default void attemptEnded(Handle handle, Action action, boolean recall) {}

  /// The device has answered a request for the first time, whatever has become of the attempt
  /// meanwhile.
  default void answered(Handle handle, OrganizationId organization, String requestId) {}
}
