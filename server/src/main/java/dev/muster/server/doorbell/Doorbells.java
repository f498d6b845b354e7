package dev.muster.server.doorbell;

import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The doorbells of devices. A ring says that the policy has changed, and never what it is.
@Singleton
public class Doorbells {
  static final String POLICY_CHANGED = "{\"type\":\"policy_changed\"}";

  /// How long one call waits for all of its devices together.
  private static final int PATIENCE_MILLIS = 2_000;

  private record Sending(Line line, CompletableFuture<Void> done) {}

  private final Lines lines;
  private final Devices devices;
  private final Database database;
  private final InstantSource clock;

  public Doorbells(Lines lines, Devices devices, Database database, InstantSource clock) {
    this.lines = lines;
    this.devices = devices;
    this.database = database;
    this.clock = clock;
  }

  /// Rings those of the devices that are connected to this node, and says for each what came of it.
  /// Never throws, and takes no longer than about two seconds, however many and slow they are.
  public Map<DeviceId, Ring> ring(Collection<DeviceId> devices) {
    Map<DeviceId, Sending> sending = new HashMap<>();
    for (DeviceId device : devices) {
      lines.to(device).ifPresent(line -> sending.put(device, new Sending(line, send(line))));
    }
    await(sending.values());
    Map<DeviceId, Ring> rings = new LinkedHashMap<>();
    for (DeviceId device : devices) {
      Sending sent = sending.get(device);
      Ring ring = sent == null ? new Ring.Offline() : outcome(sent.done());
      if (sent != null && ring instanceof Ring.Failed) {
        lines.giveUp(device, sent.line());
      }
      rings.put(device, ring);
    }
    return rings;
  }

  private static CompletableFuture<Void> send(Line line) {
    try {
      return line.send(POLICY_CHANGED).toCompletableFuture();
    } catch (RuntimeException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private static void await(Collection<Sending> sending) {
    try {
      CompletableFuture.allOf(sending.stream().map(Sending::done).toArray(CompletableFuture[]::new))
          .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException unfinished) {
      Log.debugf("Not every doorbell rang: %s", unfinished.getMessage());
    }
  }

  private static Ring outcome(CompletableFuture<Void> sent) {
    try {
      return sent.isDone() && sent.getNow(null) == null
          ? new Ring.Rung()
          : new Ring.Failed("the device does not read what it is sent");
    } catch (CompletionException failure) {
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      return new Ring.Failed("the connection broke: " + cause.getMessage());
    } catch (RuntimeException cancelled) {
      return new Ring.Failed("the connection was closed");
    }
  }

  /// Notes where a push service reaches the device.
  public void pushTo(Caller caller, String deviceIdOrHandle, String token) {
    database.in(
        caller.organization(),
        handle -> {
          PushTokenStore.put(
              handle,
              devices.requireSelf(handle, caller, deviceIdOrHandle),
              token,
              clock.instant());
          return null;
        });
  }
}
