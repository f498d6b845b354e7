package dev.muster.server.alert;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The alerts of an organization, as people see them.
@Singleton
public class Alerts {
  /// More alerts than this are counted as so many.
  static final int MOST_COUNTED = 10_000;

  /// Whether the cause is still there.
  public enum State {
    FIRING,
    RECOVERED
  }

  /// Which alerts are wanted; null narrows nothing.
  ///
  /// @param device id or handle
  public record Filter(
      @Nullable State state,
      @Nullable RuleKind kind,
      @Nullable Severity severity,
      @Nullable String device) {
    public static final Filter ALL = new Filter(null, null, null, null);
  }

  /// Some alerts, newest first.
  ///
  /// @param count of all that match, at most 10,000
  /// @param next where the page ends; null on the last one
  public record Listed(long count, List<Alert> alerts, @Nullable String next) {}

  private final Database database;
  private final Devices devices;
  private final Audit audit;
  private final InstantSource clock;
  private final Iterable<AlertListener> listeners;

  /// `listeners` is resolved at each use: who hears of alerts may itself need this door.
  @Inject
  Alerts(
      Database database,
      Devices devices,
      Audit audit,
      InstantSource clock,
      @Any Instance<AlertListener> listeners) {
    this(database, devices, audit, clock, (Iterable<AlertListener>) listeners);
  }

  public Alerts(
      Database database,
      Devices devices,
      Audit audit,
      InstantSource clock,
      Iterable<AlertListener> listeners) {
    this.database = database;
    this.devices = devices;
    this.audit = audit;
    this.clock = clock;
    this.listeners = listeners;
  }

  /// @param cursor the `next` of the page before
  public Listed list(Caller caller, Filter filter, @Nullable String cursor, int limit) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    AlertStore.Position before = cursor == null ? null : position(cursor);
    return database.in(
        organization,
        handle -> {
          String named = filter.device();
          DeviceId device =
              named == null ? null : devices.require(handle, organization, named).id();
          List<Alert> found =
              AlertStore.newest(handle, organization, filter, device, before, limit + 1);
          List<Alert> page = found.subList(0, Math.min(limit, found.size()));
          return new Listed(
              AlertStore.count(handle, organization, filter, device, MOST_COUNTED),
              page,
              found.size() > limit ? text(page.getLast()) : null);
        });
  }

  private static String text(Alert alert) {
    return alert.raisedAt() + "_" + alert.id();
  }

  private static AlertStore.Position position(String cursor) {
    int middle = cursor.indexOf('_');
    Optional<UUID> id = Ids.parse(cursor.substring(middle + 1));
    try {
      if (middle > 0 && id.isPresent()) {
        return new AlertStore.Position(Instant.parse(cursor.substring(0, middle)), id.get());
      }
    } catch (DateTimeParseException _) {
      // refused below
    }
    throw Refusal.parameter("cursor", "must be that of a next link");
  }

  /// @throws Refusal `not found`
  public Alert show(Caller caller, String id) {
    caller.require(Right.READ);
    return database.in(caller.organization(), handle -> require(handle, caller.organization(), id));
  }

  /// For rooms that follow what has become of it.
  public Optional<Alert> find(Handle handle, OrganizationId organization, UUID id) {
    return AlertStore.find(handle, organization, id);
  }

  private static Alert require(Handle handle, OrganizationId organization, String id) {
    return Ids.parse(id)
        .flatMap(known -> AlertStore.find(handle, organization, known))
        .orElseThrow(() -> Refusal.notFound("alert"));
  }

  /// Says that somebody takes care of it, whether or not it has recovered. Again changes nothing.
  ///
  /// @throws Refusal `not found`
  public Alert acknowledge(Caller caller, String id) {
    caller.require(Right.WRITE_DEVICES);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          Alert found = require(handle, organization, id);
          Optional<Alert> acknowledged =
              AlertStore.acknowledge(
                  handle, organization, found.id(), who(caller), clock.instant());
          acknowledged.ifPresent(alert -> {
            audit.record(
                handle,
                caller,
                Change.of("alert.acknowledged", "alert", alert.id())
                    .to(
                        Json.obj(
                            Map.of(
                                "kind", Json.of(alert.rule().kind().name()),
                                "acknowledged", Json.of(true)))));
            listeners.forEach(listener -> listener.acknowledged(handle, alert));
          });
          return acknowledged.orElseGet(() -> require(handle, organization, id));
        });
  }

  private static @Nullable UUID who(Caller caller) {
    return switch (caller) {
      case Caller.Person person -> person.userId();
      case Caller.Key key -> key.keyId();
      case Caller.Device _, Caller.Enroller _, Caller.Server _ -> null;
    };
  }
}
