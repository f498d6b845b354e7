package dev.muster.server.policy;

import java.time.Duration;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/// What a restore means to desired versions. Devices went on after the backup was taken and hold
/// versions that this database has never heard of. Each device's base is raised, by more than there
/// can have been changes: so nothing that a device holds is as new as what is desired of it, every
/// device counts as STALE until it has pulled and reported, and none is taken for up to date
/// because a number happens to be the same.
public final class RestoredVersions {
  /// More than a policy changes in any backup's age, on top of one change a second.
  private static final long LEAST = 1_000_000;

  private RestoredVersions() {}

  /// Raises all versions, of all organizations, and asks for every device to be woken.
  ///
  /// @param age how long ago the backup was taken
  /// @return by how much
  public static long raise(Handle handle, Duration age, Instant now) {
    long jump = jump(RestoredVersionStore.highest(handle), age);
    RestoredVersionStore.raise(handle, jump, now);
    RestoredVersionStore.wakeAll(handle, now);
    return jump;
  }

  /// A million and one for each second; where the wire's int has no room for that, half of the room
  /// that there is.
  static long jump(long highest, Duration age) {
    long wanted = LEAST + Math.max(age.toSeconds(), 0);
    return Math.min(wanted, (Integer.MAX_VALUE - highest) / 2);
  }
}
