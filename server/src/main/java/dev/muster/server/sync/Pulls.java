package dev.muster.server.sync;

import dev.muster.protocol.VectorClock;
import dev.muster.server.device.Devices;
import dev.muster.server.identity.Users;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Epoch;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import dev.muster.server.task.Author;
import dev.muster.server.task.Replica;
import dev.muster.server.task.Tasks;
import dev.muster.server.task.Tombstone;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Tells a device what has changed since it asked last.
///
/// Numbers of changes become visible in their order, so a cursor is the number up to which the
/// device has been told everything. It is remembered that a device was given it: what it sends
/// otherwise is a time of some clock, and read as five seconds earlier.
@Singleton
public final class Pulls {
  private static final Duration SLACK = Duration.ofSeconds(5);
  private static final Replica.Changes NOTHING =
      new Replica.Changes(List.of(), List.of(), List.of(), false, 0);

  /// @param epoch of the data, another after it was restored from a backup
  /// @param resync whether the device must pull from 0, because deletions are forgotten
  record Outcome(Replica.Changes changes, VectorClock clock, UUID epoch, boolean resync) {}

  /// What was read, before it is noted that it was told.
  private record Told(Replica.Reader reader, Outcome outcome) {}

  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final Replica replica;
  private final Users users;
  private final SyncMetrics metrics;

  Pulls(
      Database database,
      InstantSource clock,
      Devices devices,
      Replica replica,
      Users users,
      SyncMetrics metrics) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.replica = replica;
    this.users = users;
    this.metrics = metrics;
  }

  /// @param since cursor of the last pull, or a time in milliseconds; 0 for everything
  /// @param limit rows over all kinds, 1 to 500
  /// @throws Refusal `invalid_parameter` for a wrong device
  Outcome pull(Caller caller, String deviceName, long since, int limit, @Nullable String client) {
    return metrics.timed(SyncMetrics.PULL, () -> told(caller, deviceName, since, limit, client));
  }

  private Outcome told(
      Caller caller, String deviceName, long since, int limit, @Nullable String client) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    Instant now = clock.instant();
    Told told =
        database.snapshotOf(
            organization,
            handle -> {
              DeviceStateStore.readOnly(handle);
              UUID device =
                  Author.own(handle, devices, caller, deviceName)
                      .map(own -> own.id().value())
                      .orElseThrow(
                          () -> Refusal.of(ErrorCode.INVALID_PARAMETER, "Invalid device ID"));
              UUID epoch = Epoch.read(handle).id();
              var state = DeviceStateStore.find(handle, organization, device);
              boolean away =
                  state
                      .map(DeviceStateStore.State::lastPull)
                      .filter(last -> last.isBefore(now.minus(Tasks.TOMBSTONES)))
                      .isPresent();
              boolean issued =
                  since == 0 || DeviceStateStore.hasIssued(handle, organization, device, since);
              long from = issued ? since : Math.max(0, since - SLACK.toMillis());
              long whole =
                  since == 0
                      ? replica.newest(handle, organization)
                      : state.map(DeviceStateStore.State::wholeUntil).orElse(0L);
              // what was deleted before it began from 0 it never held
              long heard = issued ? Math.max(from, whole) : from;
              if (since > 0 && (away || heard < replica.forgottenUntil(handle, organization))) {
                return new Told(
                    new Replica.Reader(device, 0),
                    new Outcome(NOTHING, VectorClock.EMPTY, epoch, true));
              }
              Replica.Reader reader = new Replica.Reader(device, whole);
              Replica.Changes changes =
                  replica.changedSince(handle, organization, from, reader, limit);
              return new Told(reader, new Outcome(changes, clockOf(changes), epoch, false));
            });
    note(caller, told, since == 0, now, client);
    return told.outcome();
  }

  private void note(Caller caller, Told told, boolean anew, Instant now, @Nullable String client) {
    OrganizationId organization = caller.organization();
    Replica.Changes changes = told.outcome().changes();
    int rows = changes.tasks().size() + changes.comments().size() + changes.tombstones().size();
    UUID device = told.reader().device();
    boolean resync = told.outcome().resync();
    database.in(
        organization,
        handle -> {
          if (!resync) {
            if (DeviceStateStore.pulled(handle, organization, device, now)
                && caller instanceof Caller.Person person) {
              users.noticed(handle, organization, person.userId());
            }
            if (anew) {
              DeviceStateStore.beginAgain(handle, organization, device, told.reader().wholeUntil());
            }
            DeviceStateStore.issue(handle, organization, device, changes.cursor(), now);
          }
          DeviceStateStore.log(
              handle,
              organization,
              caller instanceof Caller.Person person ? person.userId() : null,
              device,
              "pull",
              rows,
              0,
              resync ? ErrorCode.RESYNC_REQUIRED.wireName() : SyncLog.OK,
              Duration.between(now, clock.instant()).toMillis(),
              client,
              now);
          return null;
        });
    metrics.moved(SyncMetrics.PULL, rows);
  }

  private static VectorClock clockOf(Replica.Changes changes) {
    return VectorClock.EMPTY.merge(
        Stream.of(
                changes.tasks().stream().map(task -> VectorClock.of(task.vectorClock())),
                changes.comments().stream().map(comment -> VectorClock.of(comment.vectorClock())),
                changes.tombstones().stream().map(Tombstone::clock))
            .flatMap(Function.identity())
            .toList());
  }

  /// Pushes and pulls, newest first.
  Slice<SyncLog> logs(Caller caller, int limit, int offset) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Slice<>(
                DeviceStateStore.countLogs(handle, organization),
                DeviceStateStore.logs(handle, organization, limit, offset)));
  }
}
