package dev.muster.server.action;

import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The actions of batches, for the room that keeps these.
@Singleton
public class BatchActions {
  private final Actions actions;
  private final Devices devices;
  private final Lane lane;
  private final Allowed allowed;

  BatchActions(Actions actions, Devices devices, Lane lane, Allowed allowed) {
    this.actions = actions;
    this.devices = devices;
    this.lane = lane;
    this.allowed = allowed;
  }

  /// Checks what does not depend on the device.
  ///
  /// @throws Refusal `invalid fields`; `scripts not allowed`
  public void requireSensible(Handle handle, OrganizationId organization, NewAction request) {
    var _ = allowed.requireSensible(handle, organization, request);
  }

  /// One action of a batch, on a device that is held. Whoever made the batch was checked and
  /// written down then. A refusal has changed nothing, so the transaction may go on after it.
  ///
  /// @throws Refusal in the words of [Actions#initiate]
  public Action initiate(
      Handle handle, Caller caller, Device device, NewAction request, UUID batch) {
    return actions.initiate(handle, caller, device, request, batch);
  }

  /// Cancels some of those that have not ended. Returns how many it has looked at; 0 when there are
  /// no more.
  public int cancelSome(
      Handle handle, OrganizationId organization, UUID batch, String why, int limit) {
    List<ActionStore.Due> open = ActionStore.openOf(handle, organization, batch, limit);
    for (ActionStore.Due one : open) {
      Device device = devices.hold(handle, organization, one.device().toString());
      Action action = Actions.require(handle, organization, one.id());
      if (!action.state().isEnd()) {
        var _ = lane.end(handle, device, action, Lane.cancelled(why));
      }
    }
    return open.size();
  }

  /// How many actions of each batch are in which state. A batch without actions is absent.
  public Map<UUID, Map<ActionState, Long>> counts(
      Handle handle, OrganizationId organization, Collection<UUID> batches) {
    return ActionSearch.counts(handle, organization, batches);
  }
}
