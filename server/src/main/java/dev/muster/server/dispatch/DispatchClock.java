package dev.muster.server.dispatch;

import dev.muster.server.action.Handovers;
import dev.muster.server.device.DeviceId;
import dev.muster.server.doorbell.Push;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Sees to it that what is due is handed out: has all nodes look at it, and what then nobody has
/// taken by the next time is given to the push service, or waits for its device to come.
///
/// What it remembers of the last time is not needed to be right: a worker that begins anew gives
/// the nodes one second more.
@Singleton
public class DispatchClock implements RecurringJob {
  private static final int MOST_AT_ONCE = 2_000;

  private final Database database;
  private final Deliveries deliveries;
  private final Push push;
  private final Handovers handovers;
  private final InstantSource clock;
  private Set<DeliveryStore.Due> announced = Set.of();

  public DispatchClock(
      Database database,
      Deliveries deliveries,
      Push push,
      Handovers handovers,
      InstantSource clock) {
    this.database = database;
    this.deliveries = deliveries;
    this.push = push;
    this.handovers = handovers;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "dispatch-clock";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.COMMAND;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  @Override
  public synchronized void run() {
    Instant now = clock.instant();
    List<DeliveryStore.Due> due =
        database.acrossOrganizations(handle -> {
          DeliveryStore.forget(handle, now, MOST_AT_ONCE);
          return DeliveryStore.due(handle, now, MOST_AT_ONCE);
        });
    List<DeliveryStore.Due> missed = due.stream().filter(announced::contains).toList();
    Set<DeliveryStore.Due> fresh = new HashSet<>(due);
    missed.forEach(fresh::remove);
    miss(missed, now);
    deliveries.announce(fresh.stream().map(DeliveryStore.Due::device).distinct().toList());
    announced = fresh;
  }

  /// A connection takes what it is given for some time after its device is gone, so that what only
  /// a connection has taken, of a device that holds none now, does not count as handed over.
  private void miss(List<DeliveryStore.Due> missed, Instant now) {
    if (!missed.isEmpty()) {
      List<DeviceId> devices = missed.stream().map(DeliveryStore.Due::device).distinct().toList();
      database.acrossOrganizations(handle -> {
        List<DeviceId> reached =
            push.isOn() ? new ArrayList<>(push.tokens(handle, devices).keySet()) : List.of();
        // attempts before deliveries, as those who end an attempt do
        handovers.takenBack(handle, DeliveryStore.unsure(handle, missed), now);
        DeliveryStore.miss(handle, missed, reached, now);
        return reached;
      });
    }
  }
}
