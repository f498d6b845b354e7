package dev.muster.sync;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a device keeps its copy and its queue. A port: [SqliteStore] is the one for a JVM, an
/// Android app brings its own.
public interface SyncStore extends AutoCloseable {

  /// What is done as one: all of it is durable when the call returns, or none of it is done.
  interface Work<T> {
    T in(Transaction transaction) throws IOException;
  }

  /// Transactions come one after the other, whoever begins them.
  ///
  /// @throws IOException with a sentence for people, when it could not be kept
  <T> T in(Work<T> work) throws IOException;

  @Override
  void close() throws IOException;

  /// The store within a transaction.
  interface Transaction {

    @Nullable Row find(Kind kind, String id) throws IOException;

    void put(Row row) throws IOException;

    /// Rows that people see, in the order of their ids.
    ///
    /// @param after the last id of the page before; empty for the first page
    List<Row> page(Kind kind, String after, int limit) throws IOException;

    /// The comments on a task that people see, in the order of their ids, which is that of time.
    List<Row> commentsOf(String task) throws IOException;

    /// Rows that the server had and did not tell in this round.
    List<Row> untold(long round, int limit) throws IOException;

    /// Puts an edit at the end of the queue.
    void enqueue(Kind kind, String id, String operation, Json.Obj data) throws IOException;

    /// The first ones of the queue, which stay.
    List<Change> oldest(int most) throws IOException;

    /// Takes an edit out of the queue; false when it is out already.
    boolean drop(Change change) throws IOException;

    /// Takes all edits of a row out of the queue; false when there are none.
    boolean dropAll(Kind kind, String id) throws IOException;

    boolean hasPending(Kind kind, String id) throws IOException;

    int pending() throws IOException;

    /// Keeps a notice; an older one of the same row is replaced.
    void put(Notice notice) throws IOException;

    List<Notice> notices() throws IOException;

    void dropNotice(Kind kind, String id) throws IOException;

    /// A value that was remembered by this name; empty when none was.
    String recall(String name) throws IOException;

    void remember(String name, String value) throws IOException;
  }
}
