package dev.muster.server.telemetry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.action.DeviceResult;
import dev.muster.server.action.Results;
import dev.muster.server.archive.Partitions;
import dev.muster.server.doorbell.Doorbells;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/// What a heartbeat carries beside readings, for other rooms, once it is stored: the answer to a
/// ping, and the token by which the device is pushed to.
@Singleton
class Reception {
  private static final int MOST_KNOWN = 200_000;

  private final Results results;
  private final Doorbells doorbells;
  private final Partitions history;
  private final Duration oldest;

  /// The push tokens that were handed on, by device, as hashes: nearly every heartbeat repeats one.
  private final Cache<UUID, Integer> pushTokens =
      Caffeine.newBuilder().maximumSize(MOST_KNOWN).build();

  Reception(Results results, Doorbells doorbells, Partitions history, Settings settings) {
    this.results = results;
    this.doorbells = doorbells;
    this.history = history;
    this.oldest = settings.telemetry().oldest();
  }

  /// Before this a heartbeat cannot be stored any more.
  Instant oldest(Instant now) {
    Instant kept = history.oldest();
    Instant accepted = now.minus(oldest);
    return kept.isAfter(accepted) ? kept : accepted;
  }

  void stored(Caller.Device caller, HeartbeatDraft draft) {
    String ping = draft.pingRequestId;
    if (Boolean.TRUE.equals(draft.pingResponse) && ping != null) {
      aside(() ->
          results.record(
              caller,
              caller.deviceId().toString(),
              new DeviceResult(ping, "success", "pong", null, null)));
    }
    String token = draft.fcmToken;
    if (token != null
        && !token.isBlank()
        && !Objects.equals(pushTokens.getIfPresent(caller.deviceId()), token.hashCode())) {
      aside(() -> {
        doorbells.pushTo(caller, caller.deviceId().toString(), token);
        pushTokens.put(caller.deviceId(), token.hashCode());
      });
    }
  }

  /// A heartbeat is good whatever becomes of what it carries.
  private static void aside(Runnable task) {
    Thread.startVirtualThread(() -> {
      try {
        task.run();
      } catch (Refusal refusal) {
        Log.debugf("What a heartbeat carried was not taken: %s", refusal.detail());
      } catch (RuntimeException failure) {
        Log.warn("What a heartbeat carried was not taken", failure);
      }
    });
  }
}
