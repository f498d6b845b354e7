package dev.muster.server.postgres;

import io.quarkus.logging.Log;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/// The log file of the embedded PostgreSQL, kept from filling the disk: beyond [#MOST_BYTES] it is
/// moved to one older file and begins anew.
///
/// PostgreSQL writes to an open file in append mode, and goes on writing when this server is
/// killed, so the file is copied and cut, not renamed, and no pipe is used. A line that is written
/// between copy and cut is lost. Rejected: PostgreSQL's own collector, whose files are bounded by
/// time only.
final class PostgresLog implements AutoCloseable {
  static final long MOST_BYTES = 8L << 20;
  private static final int LOOK_EVERY_SECONDS = 30;

  private final Path path;
  private volatile boolean closed;

  PostgresLog(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /// Where the older half is.
  Path older() {
    return path.resolveSibling(path.getFileName() + ".1");
  }

  void start() {
    Thread.ofVirtual().name("postgres-log").start(this::watch);
  }

  @Override
  public void close() {
    closed = true;
  }

  private void watch() {
    while (!closed) {
      try {
        bound(MOST_BYTES);
        TimeUnit.SECONDS.sleep(LOOK_EVERY_SECONDS);
      } catch (IOException failure) {
        Log.warnf("The log of PostgreSQL cannot be cut: %s", failure.getMessage());
        return;
      } catch (InterruptedException stopped) {
        return;
      }
    }
  }

  void bound(long mostBytes) throws IOException {
    if (Files.exists(path) && Files.size(path) > mostBytes) {
      Files.copy(path, older(), StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
        file.truncate(0);
      }
    }
  }
}
