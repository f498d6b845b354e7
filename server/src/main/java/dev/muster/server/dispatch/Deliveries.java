package dev.muster.server.dispatch;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionChanges;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Makes and ends deliveries as the actions go, in their transactions, and tells all nodes after
/// the commit whose commands are to be handed out.
@Singleton
public class Deliveries implements ActionChanges {
  /// The topic under which nodes hear the ids of devices.
  static final String TOPIC = "dispatch.due";

  /// How long a device is told to stop what it was handed.
  static final Duration CANCELLING = Duration.ofMinutes(10);

  private static final int IDS_IN_A_BROADCAST = 150;

  private final Broadcast broadcast;
  private final InstantSource clock;

  public Deliveries(Broadcast broadcast, InstantSource clock) {
    this.broadcast = broadcast;
    this.clock = clock;
  }

  @Override
  public void attemptBegan(Handle handle, Action action) {
    DeliveryStore.insert(handle, action, action.requestId(), Delivery.Kind.RUN, clock.instant());
    announceAfterCommit(handle, action);
  }

  /// A device that may have the command is told to stop; one that was never handed it is not told
  /// of what it does not know.
  @Override
  public void attemptEnded(Handle handle, Action action, boolean recall) {
    boolean sent = DeliveryStore.end(handle, action.organization(), action.requestId());
    if (recall && sent) {
      DeliveryStore.insert(
          handle,
          action,
          Delivery.cancelOf(action.requestId()),
          Delivery.Kind.CANCEL,
          clock.instant());
      announceAfterCommit(handle, action);
    }
  }

  /// A device that says how far it is has the command.
  @Override
  public void changed(Handle handle, OrganizationId organization, List<Action> actions) {
    for (Action action : actions) {
      if (action.isAttempted() && action.progress().at() != null) {
        DeliveryStore.acknowledge(handle, organization, action.requestId());
      }
    }
  }

  /// What the device was asked to stop has stopped.
  @Override
  public void answered(Handle handle, OrganizationId organization, String requestId) {
    var _ = DeliveryStore.end(handle, organization, Delivery.cancelOf(requestId));
  }

  /// Has every node look at what these devices are to be handed.
  void announce(Collection<DeviceId> devices) {
    List<DeviceId> all = List.copyOf(devices);
    for (int i = 0; i < all.size(); i += IDS_IN_A_BROADCAST) {
      broadcast.send(
          TOPIC,
          all.subList(i, Math.min(all.size(), i + IDS_IN_A_BROADCAST)).stream()
              .map(DeviceId::toString)
              .collect(Collectors.joining(",")));
    }
  }

  private void announceAfterCommit(Handle handle, Action action) {
    handle.afterCommit(() -> announce(List.of(action.device())));
  }
}
