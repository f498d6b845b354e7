package dev.muster.server.watch;

import dev.muster.server.alert.RuleKind;
import dev.muster.server.platform.DiskSpace;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The disk of the database fills up.
@Singleton
public class DiskTrouble implements ServerTrouble {
  private final DiskSpace disk;

  public DiskTrouble(DiskSpace disk) {
    this.disk = disk;
  }

  @Override
  public RuleKind kind() {
    return RuleKind.DISK_LOW;
  }

  @Override
  public Optional<String> problem(Handle handle) {
    DiskSpace.Found found = disk.found();
    return switch (found.level()) {
      case ENOUGH, UNSEEN -> Optional.empty();
      case LOW ->
          Optional.of(
              "The disk of the database has %s left. Make room, or move it to a larger one."
                  .formatted(size(found)));
      case FULL ->
          Optional.of(
              "The disk of the database has %s left: writes are refused until there is room."
                  .formatted(size(found)));
    };
  }

  private static String size(DiskSpace.Found found) {
    return (found.freeBytes() >> 20) + " MiB";
  }
}
