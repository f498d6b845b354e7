package dev.muster.server.doorbell;

import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.device.DeviceId;
import dev.muster.server.organization.Closings;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The connections of this node, at most one a device: a new one takes the place of the old, which
/// may be dead without anybody knowing.
@Singleton
public final class Lines {
  static final Duration PING_EVERY = Duration.ofSeconds(30);

  /// A peer that missed two pings and has not answered the third in time is gone.
  static final Duration SILENCE = Duration.ofSeconds(75);

  private static final class Connected {
    final Line line;
    final Caller.Device caller;
    volatile Instant heardAt;

    Connected(Line line, Caller.Device caller, Instant heardAt) {
      this.line = line;
      this.caller = caller;
      this.heardAt = heardAt;
    }
  }

  private final InstantSource clock;
  private final DeviceTokens tokens;
  private final ConcurrentMap<DeviceId, Connected> connected = new ConcurrentHashMap<>();
  private final List<Consumer<Caller.Device>> hooks = new CopyOnWriteArrayList<>();

  public Lines(InstantSource clock, DeviceTokens tokens, Broadcast broadcast, Closings closings) {
    this.clock = clock;
    this.tokens = tokens;
    tokens.onRevoked(credential -> hangUpOn(Set.of(credential)));
    broadcast.onReset(this::hangUpOnRevoked);
    closings.onClosed(
        organization -> hangUpOn(present -> present.caller.organization().equals(organization)));
  }

  void start(@Observes StartupEvent event, Vertx vertx, MeterRegistry metrics) {
    Gauge.builder("muster.doorbells.open", connected, Map::size)
        .description("Devices whose doorbell is connected to this node")
        .register(metrics);
    vertx.setPeriodic(PING_EVERY.toMillis(), _ -> Thread.startVirtualThread(this::tidy));
  }

  /// Broadcasts may be lost, so revocations are looked up as well.
  private void tidy() {
    try {
      sweep();
      hangUpOnRevoked();
    } catch (RuntimeException failure) {
      Log.debugf("Doorbell connections were not checked: %s", failure.getMessage());
    }
  }

  /// From now on the device is rung over `line`. The caller checks the credential again afterwards,
  /// because it may have been revoked just before this.
  void connect(Caller.Device device, Line line) {
    Connected before =
        connected.put(
            new DeviceId(device.deviceId()), new Connected(line, device, clock.instant()));
    if (before != null) {
      before.line.hangUp(Line.Goodbye.REPLACED);
    }
  }

  void onConnected(Consumer<Caller.Device> hook) {
    hooks.add(hook);
  }

  /// Tells who wants to know that the device can be rung.
  void connected(Caller.Device device) {
    for (Consumer<Caller.Device> hook : hooks) {
      try {
        hook.accept(device);
      } catch (RuntimeException failure) {
        Log.warnf(failure, "Not everything was done for %s, which connected", device.deviceId());
      }
    }
  }

  /// Forgets `line`, unless another has taken its place.
  void disconnect(Caller.Device device, Line line) {
    connected.computeIfPresent(
        new DeviceId(device.deviceId()),
        (_, present) -> present.line.equals(line) ? null : present);
  }

  /// Notes that the peer lives.
  void heard(Caller.Device device, Line line) {
    Connected present = connected.get(new DeviceId(device.deviceId()));
    if (present != null && present.line.equals(line)) {
      present.heardAt = clock.instant();
    }
  }

  /// Hangs up on a peer that does not read, so that it costs one ring and not each of them.
  void giveUp(DeviceId device, Line line) {
    Connected present = connected.get(device);
    if (present != null && present.line.equals(line) && connected.remove(device, present)) {
      line.hangUp(Line.Goodbye.STUCK);
    }
  }

  Optional<Line> to(DeviceId device) {
    return Optional.ofNullable(connected.get(device)).map(present -> present.line);
  }

  /// Pings every peer, and hangs up on those who have been silent for too long.
  void sweep() {
    Instant dead = clock.instant().minus(SILENCE);
    connected.forEach((device, present) -> {
      if (present.heardAt.isAfter(dead)) {
        present.line.ping();
      } else if (connected.remove(device, present)) {
        present.line.hangUp(Line.Goodbye.SILENT);
      }
    });
  }

  /// Finds the revocations that this node was not told of.
  void hangUpOnRevoked() {
    Set<UUID> held =
        connected.values().stream()
            .map(present -> present.caller.credentialId())
            .collect(Collectors.toUnmodifiableSet());
    if (!held.isEmpty()) {
      hangUpOn(Set.copyOf(tokens.revokedAmong(held)));
    }
  }

  private void hangUpOn(Set<UUID> credentials) {
    hangUpOn(present -> credentials.contains(present.caller.credentialId()));
  }

  private void hangUpOn(Predicate<Connected> which) {
    connected.forEach((device, present) -> {
      if (which.test(present) && connected.remove(device, present)) {
        present.line.hangUp(Line.Goodbye.REVOKED);
      }
    });
  }
}
