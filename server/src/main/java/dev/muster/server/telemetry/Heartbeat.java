package dev.muster.server.telemetry;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a device said of itself at one moment.
///
/// @param bucket the 10 seconds of history that it stands for: when it was received, or, when it
///   was sent later in a batch, taken
/// @param takenAt by the device's clock
/// @param rest what it said besides, as a JSON object
public record Heartbeat(
    OrganizationId organization,
    DeviceId device,
    Instant bucket,
    Instant takenAt,
    Instant receivedAt,
    Readings readings,
    String rest,
    Detail detail) {

  /// When the device was last heard by what this says: one that was sent later speaks of then.
  public Instant seenAt() {
    return receivedAt.isBefore(bucket.plus(HeartbeatDraft.BUCKET)) ? receivedAt : takenAt;
  }

  /// Whether it was received so shortly after what it speaks of that this is how the device is now.
  public boolean isWithin(Duration age) {
    return !seenAt().isBefore(receivedAt.minus(age));
  }

  /// What the device is and what is installed on it: a JSON object that it says again and again.
  ///
  /// @param id of its text
  public record Detail(UUID id, String body) {
    /// Its id is the first half of the SHA-256 of its text.
    public static Detail of(String body) {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        return new Detail(new UUID(bytes.getLong(), bytes.getLong()), body);
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }

  /// The values that are asked for, each null when it was not said.
  ///
  /// @param appRunning whether the app that the device monitors runs
  public record Readings(
      Power power,
      Memory memory,
      @Nullable Long uptimeSeconds,
      @Nullable String transport,
      @Nullable String appVersion,
      @Nullable String osVersion,
      @Nullable Boolean appRunning) {}

  /// @param batteryPct 0 to 100
  public record Power(
      @Nullable Integer batteryPct, @Nullable Boolean charging, @Nullable Float celsius) {}

  public record Memory(
      @Nullable Integer totalMb, @Nullable Integer availableMb, @Nullable Float pressurePct) {}
}
