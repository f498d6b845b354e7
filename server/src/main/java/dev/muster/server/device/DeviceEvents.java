package dev.muster.server.device;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The history of devices: what happened to each, who did it and in which request.
@Singleton
public class DeviceEvents {
  /// A history of more events than this says that it has so many.
  static final int MOST_COUNTED = 10_000;

  private final Database database;
  private final Devices devices;

  public DeviceEvents(Database database, Devices devices) {
    this.database = database;
    this.devices = devices;
  }

  /// Which events are wanted; null narrows nothing.
  ///
  /// @param from the earliest time, included
  /// @param to the first time that is too late
  public record Range(@Nullable EventKind kind, @Nullable Instant from, @Nullable Instant to) {
    public static final Range ALL = new Range(null, null, null);
  }

  /// Some events, newest first.
  ///
  /// @param count of all that match, at most 10,000
  /// @param next where the page ends; null on the last one
  public record Listed(long count, List<DeviceEvent> events, @Nullable String next) {}

  /// @param cursor the `next` of the page before
  public Listed list(
      Caller caller, String idOrHandle, Range range, @Nullable String cursor, int limit) {
    caller.require(Right.READ);
    EventStore.Position before = cursor == null ? null : position(cursor);
    return database.in(
        caller.organization(),
        handle -> {
          Device device = devices.require(handle, caller.organization(), idOrHandle);
          List<DeviceEvent> found = EventStore.newest(handle, device, range, before, limit + 1);
          List<DeviceEvent> page = found.subList(0, Math.min(limit, found.size()));
          return new Listed(
              EventStore.count(handle, device, range, MOST_COUNTED),
              page,
              found.size() > limit ? text(page.getLast()) : null);
        });
  }

  private static String text(DeviceEvent event) {
    return event.at() + "_" + event.id();
  }

  private static EventStore.Position position(String cursor) {
    int middle = cursor.indexOf('_');
    Optional<UUID> id = Ids.parse(cursor.substring(middle + 1));
    try {
      if (middle > 0 && id.isPresent()) {
        return new EventStore.Position(Instant.parse(cursor.substring(0, middle)), id.get());
      }
    } catch (DateTimeParseException _) {
      // refused below
    }
    throw Refusal.parameter("cursor", "must be that of a next link");
  }
}
