package dev.muster.server.compliance;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.policy.DesiredListener;
import dev.muster.server.policy.DesiredState;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Keeps `compliance.actual` beside what is desired, in the transaction that changes it.
@Singleton
public class ActualFollower implements DesiredListener {
  /// More devices than this are not told of one by one.
  static final int MANY = 100;

  private final List<StateChanges> listeners;

  public ActualFollower(@All List<StateChanges> listeners) {
    this.listeners = listeners;
  }

  /// Of a device that has never reported the state stays UNKNOWN.
  @Override
  public void desiredChanged(
      Handle handle, OrganizationId organization, List<DesiredState> states) {
    List<DeviceId> reported = ActualStore.follow(handle, organization, states);
    if (reported.size() > MANY) {
      listeners.forEach(listener -> listener.manyChanged(handle, organization));
    } else if (!reported.isEmpty()) {
      listeners.forEach(listener -> listener.changed(handle, organization, reported));
    }
  }

  @Override
  public void activated(Handle handle, OrganizationId organization, UUID policy) {
    listeners.forEach(listener -> listener.manyChanged(handle, organization));
  }

  @Override
  public void retired(Handle handle, OrganizationId organization, DeviceId device) {
    ActualStore.retire(handle, organization, device);
  }
}
