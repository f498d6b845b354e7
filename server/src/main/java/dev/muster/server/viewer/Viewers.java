package dev.muster.server.viewer;

import dev.muster.server.live.Changes;
import dev.muster.server.organization.Closings;
import dev.muster.server.platform.AccessLog;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The viewers of this node. Each is looked at every [#LOOK_EVERY]: who would not be let in any
/// more is let go.
@Singleton
final class Viewers {
  static final Duration LOOK_EVERY = Duration.ofSeconds(5);
  static final Duration PING_EVERY = Duration.ofSeconds(30);

  /// Who missed two pings and has not answered the third in time is gone.
  static final Duration SILENCE = Duration.ofSeconds(75);

  /// Says, by a refusal, that somebody may not look at the fleet.
  interface Check {
    void require(Caller caller, @Nullable String credential);
  }

  private static final class Entry {
    final Viewer viewer;
    final @Nullable String credential;
    volatile Instant heardAt;

    Entry(Viewer viewer, @Nullable String credential, Instant heardAt) {
      this.viewer = viewer;
      this.credential = credential;
      this.heardAt = heardAt;
    }
  }

  private final InstantSource clock;
  private final Check access;
  private final Changes changes;
  private final Sightings sightings;
  private final ViewerMeters meters;
  private final int mostOfOne;
  private final Map<Viewer, Entry> entries = new ConcurrentHashMap<>();
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  @Inject
  Viewers(
      InstantSource clock,
      Access access,
      Changes changes,
      Sightings sightings,
      ViewerMeters meters,
      Settings settings,
      Closings closings) {
    this(clock, access::require, changes, sightings, meters, settings.live().connections());
    closings.onClosed(organization ->
        entries.keySet().stream()
            .filter(viewer -> viewer.caller().organization().equals(organization))
            .forEach(viewer -> letGo(viewer, Outlet.Goodbye.UNAUTHENTICATED)));
  }

  Viewers(
      InstantSource clock,
      Check access,
      Changes changes,
      Sightings sightings,
      ViewerMeters meters,
      int mostOfOne) {
    this.clock = clock;
    this.access = access;
    this.changes = changes;
    this.sightings = sightings;
    this.meters = meters;
    this.mostOfOne = mostOfOne;
  }

  void start(@Observes StartupEvent event, Vertx vertx, MeterRegistry metrics) {
    Gauge.builder("muster.viewers.open", entries, Map::size)
        .description("Viewers that are connected to this node")
        .register(metrics);
    every(vertx, LOOK_EVERY, this::look);
    every(vertx, PING_EVERY, this::sweep);
    every(vertx, Sightings.FLUSH_EVERY, sightings::flush);
  }

  private static void every(Vertx vertx, Duration pause, Runnable task) {
    vertx.setPeriodic(
        pause.toMillis(),
        _ ->
            Thread.startVirtualThread(() -> {
              try {
                task.run();
              } catch (RuntimeException failure) {
                Log.debugf("Viewers were not looked after: %s", failure.getMessage());
              }
            }));
  }

  @PreDestroy
  void close() {
    entries.keySet().forEach(viewer -> letGo(viewer, Outlet.Goodbye.STOPPING));
  }

  /// Whether the caller has as many connections as one may have.
  boolean isFull(Caller caller) {
    return counts.getOrDefault(share(caller), 0) >= mostOfOne;
  }

  /// Takes somebody in. The credential is looked at again afterwards, because it may have been
  /// taken back just before.
  ///
  /// @param credential what they showed; null for who came with a ticket
  Viewer open(Caller caller, @Nullable String credential, Outlet outlet) {
    Viewer viewer = new Viewer(caller, outlet, changes, meters);
    Entry entry = new Entry(viewer, credential, clock.instant());
    entries.put(viewer, entry);
    if (counts.merge(share(caller), 1, Integer::sum) > mostOfOne) {
      letGo(viewer, Outlet.Goodbye.TOO_MANY);
      return viewer;
    }
    viewer.start();
    verdict(entry).ifPresent(goodbye -> letGo(viewer, goodbye));
    return viewer;
  }

  /// The connection is gone.
  void closed(Viewer viewer) {
    viewer.end();
    sightings.leave(viewer);
    if (entries.remove(viewer) != null) {
      counts.computeIfPresent(share(viewer.caller()), (_, count) -> count == 1 ? null : count - 1);
    }
  }

  /// Notes that the peer lives.
  void heard(Viewer viewer) {
    Entry entry = entries.get(viewer);
    if (entry != null) {
      entry.heardAt = clock.instant();
    }
  }

  void letGo(Viewer viewer, Outlet.Goodbye why) {
    viewer.hangUp(why);
    closed(viewer);
  }

  /// Pings everybody, and hangs up on those who have been silent for too long.
  void sweep() {
    Instant dead = clock.instant().minus(SILENCE);
    entries.forEach((viewer, entry) -> {
      if (entry.heardAt.isAfter(dead)) {
        viewer.ping();
      } else {
        letGo(viewer, Outlet.Goodbye.SILENT);
      }
    });
  }

  /// Lets those go who would not be let in any more.
  void look() {
    Map<Object, Optional<Outlet.Goodbye>> verdicts = new HashMap<>();
    entries.forEach((viewer, entry) ->
        verdicts
            .computeIfAbsent(
                entry.credential == null ? viewer.caller() : entry.credential, _ -> verdict(entry))
            .ifPresent(goodbye -> letGo(viewer, goodbye)));
  }

  /// A credential that cannot be checked at present is not refused for that.
  private Optional<Outlet.Goodbye> verdict(Entry entry) {
    try {
      access.require(entry.viewer.caller(), entry.credential);
      return Optional.empty();
    } catch (Refusal refusal) {
      if (refusal.code().kind() == ErrorCode.Kind.UNAUTHENTICATED) {
        return Optional.of(Outlet.Goodbye.UNAUTHENTICATED);
      }
      return refusal.code() == ErrorCode.FORBIDDEN
          ? Optional.of(Outlet.Goodbye.FORBIDDEN)
          : Optional.empty();
    } catch (RuntimeException failure) {
      Log.error("A viewer's credential could not be checked again", failure);
      return Optional.empty();
    }
  }

  int count() {
    return entries.size();
  }

  private static String share(Caller caller) {
    return caller.organization() + " " + AccessLog.words(caller);
  }
}
