package dev.muster.agent.core;

import dev.muster.agent.core.CommandRecord.Stage;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A store that survives the agent, and that may fail.
final class MemoryCommandStore implements CommandStore {
  final Map<String, CommandRecord> records = new LinkedHashMap<>();

  /// So many of the next saves fail.
  int failures;

  /// They fail as a bug fails, not as a disk does.
  boolean buggy;

  @Override
  public synchronized @Nullable CommandRecord find(String requestId) {
    return records.get(requestId);
  }

  @Override
  public synchronized void save(CommandRecord entry) throws IOException {
    if (failures > 0) {
      failures--;
      if (buggy) {
        throw new IllegalStateException("The store has a bug");
      }
      throw new IOException("The disk is full");
    }
    records.put(entry.command().requestId(), entry);
  }

  @Override
  public synchronized List<CommandRecord> unsettled() {
    return records.values().stream().filter(r -> r.stage() != Stage.SETTLED).toList();
  }

  @Override
  public synchronized @Nullable CommandRecord nextEnded() {
    return records.values().stream().filter(r -> r.stage() == Stage.ENDED).findFirst().orElse(null);
  }

  @Override
  public synchronized void forgetSettled(Instant endedBefore) {
    records
        .values()
        .removeIf(r ->
            r.stage() == Stage.SETTLED
                && Objects.requireNonNull(r.endedAt()).isBefore(endedBefore));
  }
}
