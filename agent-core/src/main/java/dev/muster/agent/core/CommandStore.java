package dev.muster.agent.core;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where an agent keeps its commands and their results, so that a crash costs none of them. An
/// agent calls it from several threads. No call is cut short by an interruption: a device that is
/// switched off must not lose its store.
public interface CommandStore {

  /// The command of this id, null when it is not known (any more).
  @Nullable CommandRecord find(String requestId) throws IOException;

  /// Adds a record or replaces the one of its request id, which keeps its place in the order of
  /// arrival. When this returns a crash brings back this record, and during it the one before or
  /// this one, never a mixture.
  ///
  /// @throws IOException with a sentence for people, when it could not be kept
  void save(CommandRecord entry) throws IOException;

  /// All that is not settled, in order of arrival.
  List<CommandRecord> unsettled() throws IOException;

  /// The command with a result that the server is still to be told, the one that arrived first;
  /// null when there is none.
  @Nullable CommandRecord nextEnded() throws IOException;

  /// Forgets the settled commands that ended before.
  void forgetSettled(Instant endedBefore) throws IOException;
}
