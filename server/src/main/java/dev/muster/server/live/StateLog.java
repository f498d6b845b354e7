package dev.muster.server.live;

import dev.muster.server.compliance.StateChanges;
import dev.muster.server.device.DeviceId;
import dev.muster.server.live.ChangeStore.Entry;
import dev.muster.server.live.ChangeStore.Kind;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Writes down whose compliance may be another, and not what it is: that is derived when the log is
/// read, like everywhere, or a publication that commits beside a report would leave watchers with
/// what was true between the two.
@Singleton
public final class StateLog implements StateChanges {
  private static final List<Entry> MANY =
      List.of(new Entry(Kind.COMPLIANCE_OF_MANY, null, null, null, Appender.NOTHING));

  private final Appender appender;

  public StateLog(InstantSource clock, Announcements announcements) {
    this.appender = new Appender(clock, announcements);
  }

  @Override
  public void changed(Handle handle, OrganizationId organization, List<DeviceId> devices) {
    appender.append(
        handle,
        organization,
        devices.stream()
            .map(device -> new Entry(Kind.COMPLIANCE, device, null, null, Appender.NOTHING))
            .toList());
  }

  @Override
  public void manyChanged(Handle handle, OrganizationId organization) {
    appender.append(handle, organization, MANY);
  }
}
