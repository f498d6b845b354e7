package dev.muster.server.platform;

import io.agroal.api.AgroalDataSource;

/// How much of a pool of connections is lent at this moment. Reading it takes no connection.
public final class PoolUse {
  private final AgroalDataSource pool;
  private final int size;

  public PoolUse(AgroalDataSource pool) {
    this.pool = pool;
    this.size = pool.getConfiguration().connectionPoolConfiguration().maxSize();
  }

  public int inUse() {
    return (int) pool.getMetrics().activeCount();
  }

  public int size() {
    return size;
  }

  /// Threads that wait for a connection.
  public int waiting() {
    return (int) pool.getMetrics().awaitingCount();
  }
}
