package dev.muster.server.platform;

import org.jdbi.v3.core.Handle;

/// A lock by name that all nodes on one database share, for what must happen once in the cluster.
public final class AdvisoryLock {
  private AdvisoryLock() {}

  /// Waits for the lock `name` and holds it to the end of the transaction.
  public static void hold(Handle handle, String name) {
    handle.execute("select pg_advisory_xact_lock(hashtextextended(?, 0))", "muster." + name);
  }
}
