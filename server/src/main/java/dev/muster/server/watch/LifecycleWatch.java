package dev.muster.server.watch;

import dev.muster.server.alert.Ledger;
import dev.muster.server.alert.RuleBook;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.telemetry.LastSeen;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Lets all alerts of a device recover that takes no part any more, and watches it again when it
/// does. One that is in other groups may be silent for a shorter time, and is looked at in time.
@Singleton
public class LifecycleWatch implements DeviceChanges, DeviceBelongings {
  private final Ledger ledger;
  private final Rules rules;
  private final Presence presence;
  private final InstantSource clock;

  public LifecycleWatch(Ledger ledger, Rules rules, Presence presence, InstantSource clock) {
    this.ledger = ledger;
    this.rules = rules;
    this.presence = presence;
    this.clock = clock;
  }

  @Override
  public void membershipChanged(
      Handle handle, OrganizationId organization, List<DeviceId> devices) {
    RuleBook book = rules.book(handle, organization);
    if (book.asksForGroups(RuleKind.OFFLINE)) {
      int allowed = book.leastThreshold(RuleKind.OFFLINE);
      DeadlineStore.bringForward(
          handle, organization, devices, clock.instant().plusSeconds(allowed));
    }
  }

  @Override
  public void lifecycleChanged(Handle handle, Device device) {
    OrganizationId organization = device.organization();
    if (device.lifecycle() == Lifecycle.ACTIVE) {
      int allowed = rules.book(handle, organization).leastThreshold(RuleKind.OFFLINE);
      DeadlineStore.resume(handle, organization, device.id(), clock.instant().plusSeconds(allowed));
    } else {
      // whoever found the device active has committed before its alerts are looked for, or finds
      // out that it is not
      LastSeen.await(handle, new LastSeen.Key(organization, device.id()));
      DeadlineStore.rest(handle, List.of(Ledger.Subject.of(organization, device.id())));
      ledger.close(handle, organization, device.id());
      presence.end(handle, device);
    }
  }

  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    DeadlineStore.erase(handle, organization, device.id());
    PresenceStore.delete(handle, organization, List.of(device.id()));
  }
}
