package dev.muster.server.watch;

import dev.muster.server.alert.RuleKind;
import dev.muster.server.archive.ArchiveHealth;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Days of heartbeats cannot be archived.
@Singleton
public class ArchiveTrouble implements ServerTrouble {
  @Override
  public RuleKind kind() {
    return RuleKind.ARCHIVE_FAILED;
  }

  @Override
  public Optional<String> problem(Handle handle) {
    return ArchiveHealth.problem(handle);
  }
}
