package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
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
      implements Verdict {}
}
