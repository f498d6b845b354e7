package dev.muster.server.telemetry;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.telemetry.Heartbeat.Memory;
import dev.muster.server.telemetry.Heartbeat.Power;
import dev.muster.server.telemetry.Heartbeat.Readings;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A heartbeat while it is read: what was said, and what is wrong with it.
final class HeartbeatDraft {
  static final Duration BUCKET = Duration.ofSeconds(10);

  /// How far a device's clock may be ahead of the server's.
  static final Duration AHEAD = Duration.ofMinutes(5);

  /// How long ago a heartbeat that is sent at once may have been taken.
  private static final Duration BEHIND = Duration.ofHours(24);

  /// An app that was in the foreground within this time runs.
  private static final double RECENT_SECONDS = 60;

  @Nullable String deviceId;
  @Nullable String appVersion;
  @Nullable String fcmToken;
  @Nullable Boolean pingResponse;
  @Nullable String pingRequestId;
  boolean battery;
  boolean memory;
  boolean system;
  boolean network;
  @Nullable Double batteryPct;
  @Nullable Boolean charging;
  @Nullable Double celsius;
  @Nullable Double totalMb;
  @Nullable Double availableMb;
  @Nullable Double pressurePct;
  @Nullable Double uptimeSeconds;
  @Nullable String osVersion;
  @Nullable String transport;
  @Nullable Boolean notification;
  @Nullable Double foregroundSeconds;
  String rest = "{}";
  String detail = "{}";
  private @Nullable Instant takenAt;
  private boolean timed;
  private @Nullable List<Refusal.FieldError> problems;

  void problem(String field, String message) {
    if (problems == null) {
      problems = new ArrayList<>();
    }
    problems.add(new Refusal.FieldError(field, message));
  }

  void timestamp(@Nullable String text) {
    if (text == null) {
      return;
    }
    timed = true;
    try {
      takenAt = Timestamps.parse(text);
    } catch (DateTimeException _) {
      problem("timestamp_utc", "must be a time such as 2026-01-31T12:00:00Z");
    }
  }

  /// Looks for what must be there.
  void check() {
    requireThat(deviceId != null, "device_id");
    requireThat(timed, "timestamp_utc");
    requireThat(battery, "battery");
    requireThat(system, "system");
    requireThat(memory, "memory");
    requireThat(network, "network");
  }

  private void requireThat(boolean there, String field) {
    if (!there && (problems == null || problems.stream().noneMatch(p -> p.field().equals(field)))) {
      problem(field, "is missing");
    }
  }

  /// @throws Refusal `invalid`, with all that is wrong
  void requireValid() {
    if (problems != null) {
      throw Refusal.invalid(problems);
    }
  }

  List<Refusal.FieldError> problems() {
    return problems == null ? List.of() : problems;
  }

  /// As it is stored when it was sent at once: in the bucket of its receipt. A time that cannot be
  /// true is that of a wrong clock, and the receipt stands in for it.
  ///
  /// @throws Refusal `invalid`
  Heartbeat live(Caller.Device caller, Instant now) {
    requireValid();
    Instant taken = takenAt;
    boolean plausible =
        taken != null && !taken.isAfter(now.plus(AHEAD)) && !taken.isBefore(now.minus(BEHIND));
    return heartbeat(caller, now, taken != null && plausible ? taken : now, now);
  }

  /// As it is stored when it was sent later, in the bucket of when it was taken, or of its receipt
  /// when its clock is ahead; null when something is wrong with it, which is then noted. What it
  /// says of when it was taken stays, so that it is known when it is sent again.
  ///
  /// @param oldest before this nothing can be stored any more
  @Nullable Heartbeat late(Caller.Device caller, Instant now, Instant oldest) {
    Instant taken = takenAt;
    if (problems != null || taken == null) {
      return null;
    }
    if (taken.isAfter(now.plus(AHEAD))) {
      problem("timestamp_utc", "is in the future; set the device's clock");
      return null;
    }
    if (taken.isBefore(oldest)) {
      problem("timestamp_utc", "is older than what is kept");
      return null;
    }
    Instant bounded = taken.isAfter(now) ? now : taken;
    return heartbeat(caller, bounded, taken, now);
  }

  private Heartbeat heartbeat(Caller.Device caller, Instant at, Instant taken, Instant now) {
    return new Heartbeat(
        caller.organization(),
        new DeviceId(caller.deviceId()),
        Instant.ofEpochSecond(Math.floorDiv(at.getEpochSecond(), 10L) * 10),
        taken,
        now,
        new Readings(
            new Power(rounded(batteryPct), charging, single(celsius)),
            new Memory(rounded(totalMb), rounded(availableMb), single(pressurePct)),
            uptimeSeconds == null ? null : Math.round(uptimeSeconds),
            transport,
            appVersion,
            osVersion,
            appRunning()),
        rest,
        Heartbeat.Detail.of(detail));
  }

  private @Nullable Boolean appRunning() {
    if (Boolean.TRUE.equals(notification)) {
      return true;
    }
    if (foregroundSeconds != null) {
      return foregroundSeconds <= RECENT_SECONDS;
    }
    return notification;
  }

  private static @Nullable Integer rounded(@Nullable Double value) {
    return value == null ? null : (int) Math.round(value);
  }

  private static @Nullable Float single(@Nullable Double value) {
    return value == null ? null : value.floatValue();
  }
}
