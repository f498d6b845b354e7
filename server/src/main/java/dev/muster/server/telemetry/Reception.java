package dev.muster.server.telemetry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.action.DeviceResult;
import dev.muster.server.action.Results;
import dev.muster.server.archive.Partitions;
import dev.muster.server.device.DeviceId;
import dev.muster.server.doorbell.PushToken;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a heartbeat carries beside readings, for other rooms, once it is stored: the answer to a
/// ping, and the token by which the device is pushed to.
@Singleton
class Reception {
  private static final int MOST_KNOWN = 200_000;

  private final Results results;
  private final PushTokenQueue tokens;
  private final Partitions history;
  private final Duration oldest;

  /// The push tokens that are stored, by device, as hashes: nearly every heartbeat repeats one.
  private final Cache<UUID, Integer> pushTokens =
      Caffeine.newBuilder().maximumSize(MOST_KNOWN).build();

  Reception(Results results, PushTokenQueue tokens, Partitions history, Settings settings) {
    this.results = results;
    this.tokens = tokens;
    this.history = history;
    this.oldest = settings.telemetry().oldest();
    tokens.onWritten(token -> pushTokens.put(token.device().value(), token.text().hashCode()));
  }

  /// Before this a heartbeat cannot be stored any more.
  Instant oldest(Instant now) {
    Instant kept = history.oldest();
    Instant accepted = now.minus(oldest);
    return kept.isAfter(accepted) ? kept : accepted;
  }

  /// What one heartbeat carries.
  ///
  /// @param ping the request that it answers
  record Carried(@Nullable String ping, @Nullable String token) {
    static Carried of(HeartbeatDraft draft) {
      String token = draft.fcmToken;
      return new Carried(
          Boolean.TRUE.equals(draft.pingResponse) ? draft.pingRequestId : null,
          token == null || token.isBlank() ? null : token);
    }
  }

  /// @param carried by heartbeats of one device that are stored; of tokens by one at the most
  void stored(Caller.Device caller, List<Carried> carried) {
    List<String> pings = carried.stream().map(Carried::ping).filter(Objects::nonNull).toList();
    if (!pings.isEmpty()) {
      aside(() -> pings.forEach(ping -> answered(caller, ping)));
    }
    for (Carried one : carried) {
      String token = one.token();
      if (token != null
          && !Objects.equals(pushTokens.getIfPresent(caller.deviceId()), token.hashCode())) {
        boolean _ =
            tokens.offer(
                new PushToken(caller.organization(), new DeviceId(caller.deviceId()), token));
      }
    }
  }

  private void answered(Caller.Device caller, String ping) {
    try {
      results.record(
          caller,
          caller.deviceId().toString(),
          new DeviceResult(ping, "success", "pong", null, null));
    } catch (Refusal refusal) {
      Log.debugf("What a heartbeat carried was not taken: %s", refusal.detail());
    }
  }

  /// A heartbeat is good whatever becomes of what it carries.
  private static void aside(Runnable task) {
    Thread.startVirtualThread(() -> {
      try {
        task.run();
      } catch (RuntimeException failure) {
        Log.warn("What a heartbeat carried was not taken", failure);
      }
    });
  }
}
