package dev.muster.server.policy;

import dev.muster.server.device.DeviceId;
import dev.muster.server.doorbell.Doorbells;
import dev.muster.server.doorbell.PolicyPushes;
import dev.muster.server.doorbell.Ring;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Tells devices, after a change, that there is something new: in chunks, at a settable rate, and
/// from where it was when a worker dies.
///
/// The change itself leaves one row (a wake). A worker turns it, chunk by chunk, into at most one
/// open job a device, and rings: over the connections of all nodes, and, where nobody hears that,
/// over the push service. A job is done by a report of its version or a later one; a device that is
/// offline is no failed attempt, its job waits until it comes.
@Singleton
public class Wakes implements RecurringJob {
  private static final String TOPIC = "policy.ring";
  private static final int IDS_IN_A_BROADCAST = 150;
  private static final int MOST_ATTEMPTS = 8;
  private static final int MOST_RETRIES = 500;

  private final Database database;
  private final InstantSource clock;
  private final Broadcast broadcast;
  private final Provider<Doorbells> doorbells;
  private final Provider<DeviceReports> reports;
  private final PolicyPushes pushes;
  private final Settings.Wake settings;

  Wakes(
      Database database,
      InstantSource clock,
      Broadcast broadcast,
      Provider<Doorbells> doorbells,
      Provider<DeviceReports> reports,
      PolicyPushes pushes,
      Settings settings) {
    this.database = database;
    this.clock = clock;
    this.broadcast = broadcast;
    this.doorbells = doorbells;
    this.reports = reports;
    this.pushes = pushes;
    this.settings = settings.wake();
  }

  void listen(@Observes StartupEvent event) {
    broadcast.listen(TOPIC, this::ringHere);
  }

  /// Every device that has the policy, some time after the transaction has committed. A wake that
  /// has not begun will see this change too, so a policy that is published again and again leaves
  /// one.
  void wakePolicy(Handle handle, OrganizationId organization, UUID policy) {
    if (!WakeStore.isWaiting(handle, organization, policy)) {
      WakeStore.insert(handle, organization, policy, null, clock.instant());
    }
  }

  /// These devices: a few are rung at once after the commit, and all by the worker.
  ///
  /// @param policy the one that they have been given, among whose jobs theirs are listed; null when
  ///   it is something else that has changed
  void wakeDevices(
      Handle handle, OrganizationId organization, List<DeviceId> devices, @Nullable UUID policy) {
    if (devices.isEmpty()) {
      return;
    }
    List<UUID> ids = devices.stream().map(DeviceId::value).toList();
    WakeStore.insert(handle, organization, policy, ids, clock.instant());
    if (ids.size() <= IDS_IN_A_BROADCAST) {
      handle.afterCommit(() -> ring(ids));
    }
  }

  /// The device has asked for its policy.
  void pulled(Handle handle, OrganizationId organization, DeviceId device) {
    WakeStore.start(handle, List.of(device.value()), clock.instant());
    pushes.heard(handle, List.of(device));
  }

  /// The device has reported a version: its open job, if it was for that or an earlier one, is
  /// done.
  public void reported(Handle handle, OrganizationId organization, DeviceId device, long version) {
    WakeStore.succeed(handle, organization, device, version, clock.instant());
  }

  /// The device will never report again: its open job has failed.
  void retired(Handle handle, OrganizationId organization, DeviceId device) {
    WakeStore.abandon(handle, organization, device, "the device is retired", clock.instant());
  }

  @Override
  public String name() {
    return "wake-devices";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.WAKE;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  /// Works until there is nothing left to wake.
  @Override
  public void run() {
    while (wakeChunk() > 0) {
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
    retry();
  }

  /// Wakes the next devices of the oldest wake. Returns 0 when there was no wake.
  int wakeChunk() {
    long begin = System.nanoTime();
    List<UUID> woken = new ArrayList<>();
    boolean any =
        database.acrossOrganizations(handle -> {
          woken.clear();
          var claimed = WakeStore.claim(handle);
          claimed.ifPresent(wake -> woken.addAll(wakeNext(handle, wake)));
          return claimed.isPresent();
        });
    ring(woken);
    pace(woken.size(), begin);
    return any ? Math.max(1, woken.size()) : 0;
  }

  private List<UUID> wakeNext(Handle handle, WakeStore.Wake wake) {
    List<WakeStore.Next> next = WakeStore.next(handle, wake, settings.chunk());
    Set<UUID> done = reportedAlready(handle, wake, next);
    WakeStore.makeJobs(handle, wake, next, done, clock.instant());
    if (next.size() < settings.chunk()) {
      WakeStore.finish(handle, wake);
    } else {
      WakeStore.advance(handle, wake, next.getLast().deviceId());
    }
    List<UUID> woken =
        next.stream().map(WakeStore.Next::deviceId).filter(id -> !done.contains(id)).toList();
    pushes.later(handle, ids(woken));
    return woken;
  }

  /// Devices that were quicker than the worker: they pulled by themselves, and no second report is
  /// owed.
  private Set<UUID> reportedAlready(Handle handle, WakeStore.Wake wake, List<WakeStore.Next> next) {
    Map<DeviceId, Long> reported =
        reports
            .get()
            .versions(
                handle,
                new OrganizationId(wake.organizationId()),
                next.stream().map(device -> new DeviceId(device.deviceId())).toList());
    return next.stream()
        .filter(device ->
            reported.getOrDefault(new DeviceId(device.deviceId()), -1L) >= device.version())
        .map(WakeStore.Next::deviceId)
        .collect(Collectors.toSet());
  }

  private void pace(int woken, long begin) {
    long pause =
        TimeUnit.SECONDS.toNanos(1) * woken / settings.rate() - (System.nanoTime() - begin);
    if (pause > 0) {
      try {
        TimeUnit.NANOSECONDS.sleep(pause);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void retry() {
    Instant now = clock.instant();
    database.acrossOrganizations(handle -> {
      List<UUID> silent =
          WakeStore.silent(handle, now.minus(settings.reportTimeout()), MOST_RETRIES).stream()
              .map(WakeStore.Target::deviceId)
              .toList();
      WakeStore.failAndRetry(
          handle,
          silent,
          "no report within " + settings.reportTimeout().toSeconds() + " s",
          MOST_ATTEMPTS,
          now);
      return silent;
    });
    ring(
        database.acrossOrganizations(handle -> {
          List<UUID> due =
              WakeStore.dueAgain(handle, now, now.plus(settings.reportTimeout()), MOST_RETRIES);
          pushes.later(handle, ids(due));
          return due;
        }));
  }

  private static List<DeviceId> ids(List<UUID> devices) {
    return devices.stream().map(DeviceId::new).toList();
  }

  private void ring(List<UUID> devices) {
    for (int i = 0; i < devices.size(); i += IDS_IN_A_BROADCAST) {
      broadcast.send(
          TOPIC,
          devices.subList(i, Math.min(devices.size(), i + IDS_IN_A_BROADCAST)).stream()
              .map(UUID::toString)
              .collect(Collectors.joining(",")));
    }
  }

  /// Rings those of the devices that are connected to this node.
  private void ringHere(String ids) {
    List<DeviceId> devices =
        Arrays.stream(ids.split(",")).map(id -> new DeviceId(UUID.fromString(id))).toList();
    settle(doorbells.get().ring(devices));
  }

  /// Notes on the jobs what came of ringing their devices. A transaction for each outcome: jobs are
  /// locked in the order of their devices, and two outcomes would be two orders.
  void settle(Map<DeviceId, Ring> rings) {
    List<UUID> rung = new ArrayList<>();
    Map<String, List<UUID>> failed = new TreeMap<>();
    rings.forEach((device, ring) -> {
      switch (ring) {
        case Ring.Rung() -> rung.add(device.value());
        case Ring.Offline() -> {}
        case Ring.Failed(String error) ->
            failed.computeIfAbsent(error, _ -> new ArrayList<>()).add(device.value());
      }
    });
    if (!rung.isEmpty()) {
      database.acrossOrganizations(handle -> {
        WakeStore.start(handle, rung, clock.instant());
        pushes.heard(handle, ids(rung));
        return rung;
      });
    }
    failed.forEach((error, unheard) ->
        database.acrossOrganizations(handle -> {
          WakeStore.failAndRetry(handle, unheard, error, MOST_ATTEMPTS, clock.instant());
          return unheard;
        }));
  }
}
