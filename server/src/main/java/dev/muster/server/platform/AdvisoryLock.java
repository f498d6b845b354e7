package dev.muster.server.platform;

import org.jdbi.v3.core.Handle;

/// A lock by name that all nodes on one database share, for what must happen once in the cluster.
public final class AdvisoryLock {
  private AdvisoryLock() {}

  /// Waits for the lock `name` and holds it to the end of the transaction.
  public static void hold(Handle handle, String name) {
    handle.execute("select pg_advisory_xact_lock(hashtextextended(?, 0))", "muster." + name);
  }

  /// Runs `work`, which may be of many transactions, while this connection alone has the lock
  /// `name`. It ends with the connection, so who has lost one does not believe to hold the other.
  ///
  /// @param handle outside of a transaction
  /// @return false, with nothing done, while another has the lock
  public static boolean tryDuring(Handle handle, String name, Runnable work) {
    boolean taken =
        handle
            .createQuery("select pg_try_advisory_lock(hashtextextended(:name, 0))")
            .bind("name", "muster." + name)
            .mapTo(boolean.class)
            .one();
    if (!taken) {
      return false;
    }
    try {
      work.run();
    } catch (RuntimeException failure) {
      try {
        release(handle, name);
      } catch (RuntimeException lost) {
        failure.addSuppressed(lost);
      }
      throw failure;
    }
    release(handle, name);
    return true;
  }

  private static void release(Handle handle, String name) {
    handle.execute("select pg_advisory_unlock(hashtextextended(?, 0))", "muster." + name);
  }
}
