package dev.muster.server.workorder;

import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of tasks that alerts have opened.
final class AlertTaskStore {
  private AlertTaskStore() {}

  /// Until the end of the transaction nobody else follows the alert: who hears that it has
  /// recovered finds the task that is being opened, or leaves the comment to who opens it.
  static void lock(Handle handle, UUID alert) {
    handle.execute(
        "select pg_advisory_xact_lock(hashtextextended('workorder.alert:' || ?, 0))",
        alert.toString());
  }
}
