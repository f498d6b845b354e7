package dev.muster.server.device;

import dev.muster.server.platform.Refusal;
import org.jspecify.annotations.Nullable;

/// What became of one row of a bulk request.
public sealed interface BulkResult {
  /// @param handle of the device
  /// @param before its status before the row; of one that is new, the same as after
  /// @param after its status after the row
  record Done(String handle, String before, String after) implements BulkResult {}

  /// @param name of the device as the row has it; null when it has none
  record Refused(@Nullable String name, Refusal refusal) implements BulkResult {}
}
