package dev.muster.server.device;

import dev.muster.server.platform.Refusal;
import org.jspecify.annotations.Nullable;

/// One row of a bulk request.
public sealed interface BulkRow<T> {
  /// A row that can be read.
  record Good<T>(T wanted) implements BulkRow<T> {}

  /// A row that cannot, and why.
  ///
  /// @param name of the device as the row has it; null when it has none
  record Bad<T>(@Nullable String name, Refusal refusal) implements BulkRow<T> {}
}
