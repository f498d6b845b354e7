package dev.muster.server.telemetry;

import java.time.Instant;

/// Up to where history can be written, as the room knows that keeps its partitions.
public interface HistoryBounds {
  /// Before this nothing can be stored any more. Costs nothing.
  Instant oldest();
}
