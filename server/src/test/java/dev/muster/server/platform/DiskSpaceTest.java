package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class DiskSpaceTest {
  private static final long GIB = 1L << 30;

  static Settings.Disk limits(long warnGib, long fullGib) {
    return new Settings.Disk() {
      @Override
      public MemorySize warnBelow() {
        return new MemorySize(BigInteger.valueOf(warnGib * GIB));
      }

      @Override
      public MemorySize fullBelow() {
        return new MemorySize(BigInteger.valueOf(fullGib * GIB));
      }
    };
  }

  private final AtomicLong free = new AtomicLong(50 * GIB);
  private final DiskSpace disk = DiskSpace.of(free::get, limits(20, 10));

  private DiskSpace.Level with(long bytes) {
    free.set(bytes);
    disk.look();
    return disk.found().level();
  }

  @Test
  void itWarnsBeforeItIsFull() {
    assertThat(disk.found()).isEqualTo(new DiskSpace.Found(DiskSpace.Level.ENOUGH, 50 * GIB));
    assertThat(with(20 * GIB)).isEqualTo(DiskSpace.Level.ENOUGH);
    assertThat(with(20 * GIB - 1)).isEqualTo(DiskSpace.Level.LOW);
    assertThat(with(10 * GIB)).isEqualTo(DiskSpace.Level.LOW);
    assertThat(disk.isFull()).isFalse();
    assertThat(with(10 * GIB - 1)).isEqualTo(DiskSpace.Level.FULL);
    assertThat(disk.isFull()).isTrue();
  }

  @Test
  void aFullDiskNeedsATenthMoreThanTheLimitBeforeWritesAreTakenAgain() {
    assertThat(with(0)).isEqualTo(DiskSpace.Level.FULL);
    assertThat(with(10 * GIB)).isEqualTo(DiskSpace.Level.FULL);
    assertThat(with(11 * GIB - 1)).isEqualTo(DiskSpace.Level.FULL);
    assertThat(with(11 * GIB)).isEqualTo(DiskSpace.Level.LOW);
    assertThat(with(10 * GIB)).isEqualTo(DiskSpace.Level.LOW);
  }

  @Test
  void theHealthCheckSaysHowMuchIsLeftAndNeverTakesTheNodeOut() {
    assertThat(Health.disk(disk))
        .isEqualTo(new Health.Check(Health.Status.HEALTHY, "50.0 GiB free"));
    with(15 * GIB);
    assertThat(Health.disk(disk).message())
        .isEqualTo(
            "15.0 GiB free; below 10.0 GiB writes are refused: make room, or give it a larger disk");
    with(512 << 20);
    assertThat(Health.disk(disk).status()).isEqualTo(Health.Status.WARNING);
    assertThat(Health.disk(disk).message()).startsWith("512 MiB free, less than 10.0 GiB");
  }

  @Test
  void theFreeSpaceOfARealFolderIsRead() {
    DiskSpace real = DiskSpace.of(Path.of("."), limits(0, 0));
    assertThat(real.found().freeBytes()).isPositive();
    assertThat(real.isFull()).isFalse();
  }

  @Test
  void aDiskElsewhereIsNeverFull() {
    DiskSpace elsewhere = DiskSpace.unseen(limits(20, 10));
    elsewhere.look();
    assertThat(elsewhere.isFull()).isFalse();
    assertThat(Health.disk(elsewhere).status()).isEqualTo(Health.Status.HEALTHY);
  }
}
