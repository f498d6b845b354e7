package dev.muster.server.task;

import dev.muster.protocol.VectorClock;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What tasks and comments have in common: who changed the row last, and how often it was changed.
///
/// @param pushedBy the device that has pushed exactly this row, and holds it as it is here
public record Stamp(
    long version,
    VectorClock clock,
    @Nullable UUID modifiedBy,
    @Nullable UUID modifiedDevice,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant deletedAt,
    @Nullable UUID pushedBy) {

  /// Of a row that somebody makes over REST.
  ///
  /// @param device of whoever calls; null when they name none
  public static Stamp made(@Nullable UUID user, @Nullable UUID device, Instant now) {
    String component = device == null ? VectorClock.SERVER : device.toString();
    return new Stamp(1, VectorClock.EMPTY.tick(component), user, device, now, now, null, null);
  }

  /// After an edit over REST.
  public Stamp edited(@Nullable UUID user, @Nullable UUID device, Instant now) {
    return next(clock.tick(VectorClock.SERVER), user, device, now, deletedAt);
  }

  Stamp deleted(@Nullable UUID user, @Nullable UUID device, Instant now) {
    return next(clock.tick(VectorClock.SERVER), user, device, now, now);
  }

  Stamp restored(@Nullable UUID user, @Nullable UUID device, Instant now) {
    return next(clock.tick(VectorClock.SERVER), user, device, now, null);
  }

  /// After another change, with the clock that came of it.
  public Stamp next(
      VectorClock after,
      @Nullable UUID user,
      @Nullable UUID device,
      Instant now,
      @Nullable Instant deleted) {
    return new Stamp(version + 1, after, user, device, createdAt, now, deleted, null);
  }

  /// @param deleted when it was deleted; null when it is not
  public Stamp deletedAt(@Nullable Instant deleted) {
    return new Stamp(
        version, clock, modifiedBy, modifiedDevice, createdAt, updatedAt, deleted, pushedBy);
  }

  public Stamp pushedBy(@Nullable UUID device) {
    return new Stamp(
        version, clock, modifiedBy, modifiedDevice, createdAt, updatedAt, deletedAt, device);
  }

  public boolean isDeleted() {
    return deletedAt != null;
  }
}
