package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import dev.muster.server.task.Comment;
import dev.muster.server.task.Stamp;
import dev.muster.server.task.Task;
import dev.muster.server.task.TaskFields;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What became of an item of a push.
sealed interface Verdict {
  /// How the reason begins of what was refused.
  String REJECTED = "Rejected: ";

  /// The row is as it was: nothing new, stale, or the deletion of what is not there.
  record Kept() implements Verdict {}

  /// The row is changed or made.
  record Applied() implements Verdict {}

  /// It is stored as a conflict.
  ///
  /// @param server the row as the server has it, as people see it; null when it has none
  record Conflicting(String reason, Json.@Nullable Obj server, VectorClock clock)
      implements Verdict {

    static Conflicting of(String reason, @Nullable Task server) {
      return server == null
          ? new Conflicting(reason, null, VectorClock.EMPTY)
          : of(reason, new HashMap<>(TaskFields.of(server)), server.stamp());
    }

    static Conflicting of(String reason, @Nullable Comment server) {
      if (server == null) {
        return new Conflicting(reason, null, VectorClock.EMPTY);
      }
      Map<String, Json> row = new HashMap<>();
      row.put(Item.TASK, Json.of(server.task().toString()));
      row.put(Item.CONTENT, Json.of(server.content()));
      return of(reason, row, server.stamp());
    }

    private static Conflicting of(String reason, Map<String, Json> row, Stamp stamp) {
      row.put("version", Json.of(stamp.version()));
      Instant deletedAt = stamp.deletedAt();
      row.put("deleted_at", deletedAt == null ? Json.NULL : Json.of(deletedAt.toString()));
      return new Conflicting(reason, Json.obj(row), stamp.clock());
    }
  }
}
