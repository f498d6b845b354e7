package dev.muster.server.platform;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/// Looks up one row each for many who ask at the same time, by one query for all: while one query
/// runs, those who ask gather for the next. Nobody waits for others to come.
///
/// Each is answered by a query that began after they asked.
public final class Gathered<K, V> {
  private record Asked<K, V>(K key, CompletableFuture<Optional<V>> answer) {}

  private final int most;
  private final Function<Collection<K>, Map<K, V>> query;
  private final Queue<Asked<K, V>> waiting = new ArrayDeque<>();
  private boolean running;

  /// @param most keys of one query
  /// @param query the rows that there are
  public Gathered(int most, Function<Collection<K>, Map<K, V>> query) {
    this.most = most;
    this.query = query;
  }

  /// Waits for the answer; empty when there is no row. Throws what the query throws.
  public Optional<V> find(K key) {
    Asked<K, V> asked = new Asked<>(key, new CompletableFuture<>());
    boolean begin;
    synchronized (waiting) {
      waiting.add(asked);
      begin = !running;
      running = true;
    }
    if (begin) {
      Thread.startVirtualThread(this::answerAll);
    }
    try {
      return asked.answer().join();
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failure;
    }
  }

  private void answerAll() {
    for (List<Asked<K, V>> next = next(); !next.isEmpty(); next = next()) {
      try {
        Map<K, V> found = query.apply(next.stream().map(Asked::key).distinct().toList());
        next.forEach(asked -> asked.answer().complete(Optional.ofNullable(found.get(asked.key()))));
      } catch (RuntimeException | Error failure) {
        next.forEach(asked -> asked.answer().completeExceptionally(failure));
      }
    }
  }

  private List<Asked<K, V>> next() {
    synchronized (waiting) {
      List<Asked<K, V>> next = new ArrayList<>();
      while (next.size() < most && !waiting.isEmpty()) {
        next.add(waiting.remove());
      }
      running = !next.isEmpty();
      return next;
    }
  }
}
