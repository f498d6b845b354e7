package dev.muster.server.audit;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a verification of a log came to.
///
/// @param entries how many there are, sealed or not
/// @param unsealed how many of them have no place in the chain yet
/// @param head the end of the chain, to be written down somewhere else
/// @param problems what is wrong; at most [#MOST_PROBLEMS], of however many there are
record Verdict(long entries, long unsealed, Head head, List<Problem> problems) {
  static final int MOST_PROBLEMS = 100;

  enum Kind {
    /// It says something else than the server wrote.
    CHANGED,
    /// It was there and is not any more.
    REMOVED,
    /// The server has not written it.
    INSERTED,
    /// The entry is genuine and its place is not.
    REORDERED,
    /// The end of the log is missing, or was written anew.
    TRUNCATED
  }

  /// @param position in the chain, where it has one
  record Problem(@Nullable Long position, @Nullable UUID entry, Kind kind, String message) {}

  boolean intact() {
    return problems.isEmpty();
  }
}
