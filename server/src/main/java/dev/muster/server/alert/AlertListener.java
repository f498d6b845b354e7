package dev.muster.server.alert;

import java.util.List;
import org.jdbi.v3.core.Handle;

/// Hears of alerts within the transactions that raise them and in which they recover, each exactly
/// once, and are acknowledged. These transactions may see all organizations, and ingest may wait
/// for them: what takes long is done later.
public interface AlertListener {
  void raised(Handle handle, List<Alert> alerts);

  /// @param alerts with the time at which they recovered
  void recovered(Handle handle, List<Alert> alerts);

  /// Somebody takes care of it, who was the first to say so.
  default void acknowledged(Handle handle, Alert alert) {}
}
