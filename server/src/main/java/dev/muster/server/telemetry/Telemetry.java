package dev.muster.server.telemetry;

import dev.muster.protocol.Json;
import dev.muster.server.archive.Partitions;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceReadings;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Settings;
import dev.muster.server.platform.TelemetrySettings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What devices say of themselves, for who asks.
@Singleton
public class Telemetry implements DeviceReadings {
  /// Points of a history at the most.
  public static final int MOST_POINTS = 2_000;

  /// The longest time of one history, which bounds the partitions that are read.
  public static final Duration LONGEST = Duration.ofDays(92);

  private static final Duration SHOWN = Duration.ofHours(24);

  /// Below this share of its charge a device's battery counts as low in counts of the fleet.
  private static final int LOW_BATTERY = 15;

  private final Database database;
  private final Devices devices;
  private final Partitions partitions;
  private final InstantSource clock;
  private final TelemetrySettings settings;

  public Telemetry(
      Database database,
      Devices devices,
      Partitions partitions,
      InstantSource clock,
      Settings settings) {
    this.partitions = partitions;
    this.database = database;
    this.devices = devices;
    this.clock = clock;
    this.settings = settings.telemetry();
  }

  /// The history of a device.
  ///
  /// @param last with details; null when it was never heard
  public record History(
      Instant from,
      Instant to,
      Duration step,
      List<HistoryPoint> points,
      Json.@Nullable Obj last) {}

  /// @param from a day ago when null
  /// @param to now when null
  /// @param points into how many steps the time is divided, 1 to [#MOST_POINTS]; no step is shorter
  ///   than a bucket of history
  /// @throws Refusal `not found`, `invalid parameter`
  public History history(
      Caller caller, String device, @Nullable Instant from, @Nullable Instant to, int points) {
    Instant end = to == null ? clock.instant() : to;
    Instant begin = from == null ? end.minus(SHOWN) : from;
    if (points < 1 || points > MOST_POINTS) {
      throw Refusal.parameter("points", "must be a whole number from 1 to " + MOST_POINTS);
    }
    if (!begin.isBefore(end) || Duration.between(begin, end).compareTo(LONGEST) > 0) {
      throw Refusal.parameter("from", "must be before to, by 92 days at the most");
    }
    Duration even = Duration.between(begin, end).dividedBy(points);
    Duration step = even.compareTo(HeartbeatDraft.BUCKET) < 0 ? HeartbeatDraft.BUCKET : even;
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          Device found = devices.requireSeen(handle, caller, device);
          TelemetryStore.LastStatus last =
              TelemetryStore.lastStatuses(handle, organization, List.of(found.id()))
                  .get(found.id());
          return new History(
              begin,
              end,
              step,
              points(handle, found, begin, end, step),
              last == null ? null : TelemetryWire.lastStatus(last, onlineSince(), true));
        });
  }

  private List<HistoryPoint> points(
      Handle handle, Device device, Instant from, Instant to, Duration step) {
    List<Partitions.Span> spans = partitions.spans(handle, from, to);
    return spans.isEmpty()
        ? List.of()
        : TelemetryStore.history(
            handle, new DeviceHistory(device.organization(), device.id(), spans), from, step);
  }

  /// Counts of the caller's fleet. Reads the last status of each of its devices.
  public FleetCounts fleet(Caller caller) {
    caller.require(Right.READ);
    return database.in(
        caller.organization(),
        handle -> TelemetryStore.fleet(handle, caller.organization(), onlineSince(), LOW_BATTERY));
  }

  @Override
  public Map<DeviceId, Json.Obj> lastStatuses(
      Handle handle, OrganizationId organization, Collection<DeviceId> asked) {
    Map<DeviceId, Json.Obj> found = new HashMap<>();
    TelemetryStore.lastStatuses(handle, organization, asked)
        .forEach((id, last) -> found.put(id, TelemetryWire.lastStatus(last, onlineSince(), false)));
    return found;
  }

  private Instant onlineSince() {
    return clock.instant().minus(settings.onlineWithin());
  }
}
