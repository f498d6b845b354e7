package dev.muster.server.platform;

import io.quarkus.logging.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Notices that the disk of the database fills, before PostgreSQL does: a PostgreSQL that cannot
/// write its log stops, and then nothing can be read either.
///
/// It looks every few seconds; asking it costs nothing. Once full, it stays so until there is a
/// tenth more than the limit, so that requests are not refused and let through by turns.
public final class DiskSpace implements AutoCloseable {
  private static final int LOOK_EVERY_SECONDS = 5;

  /// How the free space stands to the two limits.
  public enum Level {
    ENOUGH,
    LOW,
    FULL,
    /// The database is on a disk that this node cannot see.
    UNSEEN
  }

  /// One look at the disk.
  public record Found(Level level, long freeBytes) {}

  private static final Found UNSEEN = new Found(Level.UNSEEN, -1);

  private final LongSupplier freeBytes;
  private final long warnBelow;
  private final long fullBelow;
  private volatile Found found = UNSEEN;
  private volatile boolean closed;

  private DiskSpace(LongSupplier freeBytes, long warnBelow, long fullBelow) {
    this.freeBytes = freeBytes;
    this.warnBelow = warnBelow;
    this.fullBelow = fullBelow;
  }

  /// @param freeBytes tells the space that is left; negative when it cannot be told
  public static DiskSpace of(LongSupplier freeBytes, Settings.Disk limits) {
    DiskSpace disk =
        new DiskSpace(
            freeBytes, limits.warnBelow().asLongValue(), limits.fullBelow().asLongValue());
    disk.look();
    return disk;
  }

  /// Of the disk that `folder` is on.
  public static DiskSpace of(Path folder, Settings.Disk limits) {
    return of(() -> usable(folder), limits);
  }

  /// For a database elsewhere.
  public static DiskSpace unseen(Settings.Disk limits) {
    return of(() -> -1, limits);
  }

  private static long usable(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public void start() {
    if (found.level() != Level.UNSEEN) {
      Thread.ofVirtual().name("disk-watch").start(this::watch);
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  private void watch() {
    while (!closed) {
      try {
        TimeUnit.SECONDS.sleep(LOOK_EVERY_SECONDS);
        look();
      } catch (InterruptedException stopped) {
        return;
      } catch (UncheckedIOException failure) {
        Log.warnf("The free space of the disk cannot be read: %s", failure.getMessage());
      }
    }
  }

  /// Looks at the disk now.
  public void look() {
    long free = freeBytes.getAsLong();
    Level before = found.level();
    Level now = level(free, before);
    found = new Found(now, free);
    if (now != before && now == Level.FULL) {
      Log.errorf(
          "The disk is nearly full (%s free): writes are refused until there is room", size(free));
    } else if (before == Level.FULL) {
      Log.infof("The disk has room again (%s free): writes are taken again", size(free));
    }
  }

  private Level level(long free, Level before) {
    if (free < 0) {
      return Level.UNSEEN;
    }
    long limit = before == Level.FULL ? fullBelow + fullBelow / 10 : fullBelow;
    if (free < limit) {
      return Level.FULL;
    }
    return free < warnBelow ? Level.LOW : Level.ENOUGH;
  }

  public Found found() {
    return found;
  }

  public boolean isFull() {
    return found.level() == Level.FULL;
  }

  /// Asked before anything is written for a caller.
  ///
  /// @throws Refusal `disk full`
  public void requireRoom() {
    if (isFull()) {
      throw refusal();
    }
  }

  /// What is said to those who want to write while it is full.
  public static Refusal refusal() {
    return Refusal.of(
        ErrorCode.DISK_FULL,
        "The disk of the server is nearly full, so nothing is written until there is room. What only"
            + " reads or deletes is answered.");
  }

  /// The limit under which writes are refused, in words.
  public String fullBelow() {
    return size(fullBelow);
  }

  /// `12.3 GiB`.
  static String size(long bytes) {
    double gib = bytes / (double) (1L << 30);
    return gib >= 1
        ? String.format(Locale.ROOT, "%.1f GiB", gib)
        : String.format(Locale.ROOT, "%d MiB", bytes >> 20);
  }
}
