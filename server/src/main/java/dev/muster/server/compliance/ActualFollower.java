package dev.muster.server.compliance;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.policy.DesiredListener;
import dev.muster.server.policy.DesiredState;
import jakarta.inject.Singleton;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Keeps `compliance.actual` beside what is desired, in the transaction that changes it.
@Singleton
public class ActualFollower implements DesiredListener {
  @Override
  public void desiredChanged(
      Handle handle, OrganizationId organization, List<DesiredState> states) {
    ActualStore.follow(handle, organization, states);
  }

  @Override
  public void retired(Handle handle, OrganizationId organization, DeviceId device) {
    ActualStore.retire(handle, organization, device);
  }
}
