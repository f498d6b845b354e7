package dev.muster.server.viewer;

import dev.muster.server.platform.AccessLog;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Connections of one kind to this node. Each is looked at every [#LOOK_EVERY]: who would not be
/// let in any more is let go.
abstract class Connections<V extends Connections.Visitor> {
  static final Duration LOOK_EVERY = Duration.ofSeconds(5);
  static final Duration PING_EVERY = Duration.ofSeconds(30);

  /// Who missed two pings and has not answered the third in time is gone.
  static final Duration SILENCE = Duration.ofSeconds(75);

  /// Says, by a refusal, that somebody may not be connected.
  interface Check {
    void require(Caller caller, @Nullable String credential);
  }

  /// Who is connected. Nothing here blocks.
  interface Visitor {
    Caller caller();

    /// From now on it may be told something.
    void start();

    void ping();

    void hangUp(Outlet.Goodbye why);

    /// The connection is gone.
    void end();
  }

  private static final class Entry {
    final @Nullable String credential;
    volatile Instant heardAt;

    Entry(@Nullable String credential, Instant heardAt) {
      this.credential = credential;
      this.heardAt = heardAt;
    }
  }

  private final InstantSource clock;
  private final Check access;
  private final int mostOfOne;
  private final Map<V, Entry> entries = new ConcurrentHashMap<>();
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  Connections(InstantSource clock, Check access, int mostOfOne) {
    this.clock = clock;
    this.access = access;
    this.mostOfOne = mostOfOne;
  }

  /// Looks after them from now on.
  void begin(Vertx vertx) {
    every(vertx, LOOK_EVERY, this::look);
    every(vertx, PING_EVERY, this::sweep);
  }

  static void every(Vertx vertx, Duration pause, Runnable task) {
    vertx.setPeriodic(
        pause.toMillis(),
        _ ->
            Thread.startVirtualThread(() -> {
              try {
                task.run();
              } catch (RuntimeException failure) {
                Log.debugf("Connections were not looked after: %s", failure.getMessage());
              }
            }));
  }

  /// Whether the caller has as many connections as one may have.
  boolean isFull(Caller caller) {
    return counts.getOrDefault(share(caller), 0) >= mostOfOne;
  }

  /// Takes somebody in. The credential is looked at again afterwards, because it may have been
  /// taken back just before.
  ///
  /// @param credential what they showed; null for who came with a ticket
  V takeIn(V visitor, @Nullable String credential) {
    Entry entry = new Entry(credential, clock.instant());
    entries.put(visitor, entry);
    if (counts.merge(share(visitor.caller()), 1, Integer::sum) > mostOfOne) {
      letGo(visitor, Outlet.Goodbye.TOO_MANY);
      return visitor;
    }
    visitor.start();
    verdict(visitor, entry).ifPresent(goodbye -> letGo(visitor, goodbye));
    return visitor;
  }

  /// The connection is gone.
  void closed(V visitor) {
    visitor.end();
    if (entries.remove(visitor) != null) {
      counts.computeIfPresent(share(visitor.caller()), (_, count) -> count == 1 ? null : count - 1);
    }
  }

  /// Notes that the peer lives.
  void heard(V visitor) {
    Entry entry = entries.get(visitor);
    if (entry != null) {
      entry.heardAt = clock.instant();
    }
  }

  void letGo(V visitor, Outlet.Goodbye why) {
    visitor.hangUp(why);
    closed(visitor);
  }

  Set<V> visitors() {
    return entries.keySet();
  }

  void letAllGo(Outlet.Goodbye why) {
    visitors().forEach(visitor -> letGo(visitor, why));
  }

  /// The organization is being erased.
  void letGo(OrganizationId organization) {
    visitors().stream()
        .filter(visitor -> visitor.caller().organization().equals(organization))
        .forEach(visitor -> letGo(visitor, Outlet.Goodbye.UNAUTHENTICATED));
  }

  /// Pings everybody, and hangs up on those who have been silent for too long.
  void sweep() {
    Instant dead = clock.instant().minus(SILENCE);
    entries.forEach((visitor, entry) -> {
      if (entry.heardAt.isAfter(dead)) {
        visitor.ping();
      } else {
        letGo(visitor, Outlet.Goodbye.SILENT);
      }
    });
  }

  /// Lets those go who would not be let in any more.
  void look() {
    Map<Object, Optional<Outlet.Goodbye>> verdicts = new HashMap<>();
    entries.forEach((visitor, entry) ->
        verdicts
            .computeIfAbsent(
                entry.credential == null ? visitor.caller() : entry.credential,
                _ -> verdict(visitor, entry))
            .ifPresent(goodbye -> letGo(visitor, goodbye)));
  }

  /// A credential that cannot be checked at present is not refused for that.
  private Optional<Outlet.Goodbye> verdict(V visitor, Entry entry) {
    try {
      access.require(visitor.caller(), entry.credential);
      return Optional.empty();
    } catch (Refusal refusal) {
      if (refusal.code().kind() == ErrorCode.Kind.UNAUTHENTICATED) {
        return Optional.of(Outlet.Goodbye.UNAUTHENTICATED);
      }
      return refusal.code() == ErrorCode.FORBIDDEN
          ? Optional.of(Outlet.Goodbye.FORBIDDEN)
          : Optional.empty();
    } catch (RuntimeException failure) {
      Log.error("A credential of a connection could not be checked again", failure);
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
