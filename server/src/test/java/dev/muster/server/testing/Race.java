package dev.muster.server.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/// Runs things at once, on virtual threads that start together.
public final class Race {
  private Race() {}

  /// What each of `runs` runs returned. A run that throws fails the race.
  public static <T> List<T> times(int runs, IntFunction<T> run) {
    return of(runs, number -> () -> run.apply(number));
  }

  /// The results of `runner` called with 0 to `runners` - 1; a failure of one fails the race.
  public static <T> List<T> of(int runners, IntFunction<Callable<T>> runner) {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<T>> running = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < runners; i++) {
        Callable<T> one = runner.apply(i);
        running.add(
            threads.submit(() -> {
              start.await();
              return one.call();
            }));
      }
      start.countDown();
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : running) {
      try {
        results.add(future.get());
      } catch (ExecutionException failure) {
        throw new AssertionError("a runner failed", failure.getCause());
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(stopped);
      }
    }
    return results;
  }
}
