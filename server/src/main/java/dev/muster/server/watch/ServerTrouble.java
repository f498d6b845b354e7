package dev.muster.server.watch;

import dev.muster.server.alert.RuleKind;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Something that may be wrong with the server itself. All implementations are asked every few
/// seconds, on one node.
public interface ServerTrouble {
  /// One of the kinds that are [of the server][RuleKind#isOfServer].
  RuleKind kind();

  /// A sentence on what is wrong and what to do; empty when it is well.
  ///
  /// @param handle of a transaction that sees all organizations
  Optional<String> problem(Handle handle);
}
