package dev.muster.server.doorbell;

import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The doorbells of devices: what is sent to them over the connections that they hold. A ring says
/// that the policy has changed, and never what it is.
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

  /// Tells those of the devices that are connected to this node that their policy has changed, and
  /// says for each what came of it, as [#send] does.
  public Map<DeviceId, Ring> ring(Collection<DeviceId> devices) {
    Map<DeviceId, String> messages = new LinkedHashMap<>();
    devices.forEach(device -> messages.put(device, POLICY_CHANGED));
    return send(messages);
  }

  /// Sends each of the devices that are connected to this node its message, and says for each what
  /// came of it. Messages to one device arrive in the order in which they are sent. Never throws,
  /// and takes no longer than about two seconds, however many and slow the devices are.
  public Map<DeviceId, Ring> send(Map<DeviceId, String> messages) {
    Map<DeviceId, Sending> sending = new HashMap<>();
    messages.forEach((device, message) ->
        lines
            .to(device)
            .ifPresent(line -> sending.put(device, new Sending(line, send(line, message)))));
    await(sending.values());
    Map<DeviceId, Ring> rings = new LinkedHashMap<>();
    for (DeviceId device : messages.keySet()) {
      Sending sent = sending.get(device);
      Ring ring = sent == null ? new Ring.Offline() : outcome(sent.done());
      if (sent != null && ring instanceof Ring.Failed) {
        lines.giveUp(device, sent.line());
      }
      rings.put(device, ring);
    }
    return rings;
  }

  /// The same for one device.
  public Ring send(DeviceId device, String message) {
    return send(Map.of(device, message)).getOrDefault(device, new Ring.Offline());
  }

  /// Those of the devices that hold a connection to this node at the moment.
  public Set<DeviceId> connectedHere(Collection<DeviceId> devices) {
    return devices.stream()
        .filter(device -> lines.to(device).isPresent())
        .collect(Collectors.toUnmodifiableSet());
  }

  /// Calls `hook` with each device that connects to this node from now on, once it can be rung; on
  /// a thread that may block. What it throws is logged.
  public void onConnected(Consumer<Caller.Device> hook) {
    lines.onConnected(hook);
  }

  private static CompletableFuture<Void> send(Line line, String message) {
    try {
      return line.send(message).toCompletableFuture();
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

  /// Notes where a push service reaches the device that calls.
  ///
  /// @param deviceIdOrHandle which device this is, for callers without a device token in open mode
  public void pushToSelf(Caller caller, @Nullable String deviceIdOrHandle, String token) {
    String named =
        deviceIdOrHandle != null
            ? deviceIdOrHandle
            : switch (caller) {
              case Caller.Device self -> self.deviceId().toString();
              case Caller.Person person when person.open() ->
                  throw Refusal.invalid(
                      "device_id", "is missing; without a device token, name the device");
              case Caller.Person _, Caller.Key _, Caller.Enroller _, Caller.Server _ -> "";
            };
    pushTo(caller, named, token);
  }

  /// Notes where a push service reaches devices of any organizations, in one transaction. A device
  /// that is gone is passed over.
  ///
  /// @param tokens one a device, each as the device itself said it
  public void pushTo(Collection<PushToken> tokens) {
    SortedMap<UUID, List<PushToken>> byOrganization =
        tokens.stream()
            .collect(
                Collectors.groupingBy(
                    token -> token.organization().value(), TreeMap::new, Collectors.toList()));
    database.acrossOrganizations(handle -> {
      byOrganization.forEach((organization, all) -> {
        Set<UUID> there =
            devices.keepThere(
                handle,
                new OrganizationId(organization),
                all.stream().map(token -> token.device().value()).toList());
        PushTokenStore.put(
            handle,
            all.stream().filter(token -> there.contains(token.device().value())).toList(),
            clock.instant());
      });
      return null;
    });
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
