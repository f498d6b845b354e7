package dev.muster.bench;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Calls that are due at certain times, made by as many connections as are needed at once. A call's
/// time counts from when it was due, so that a server that stalls cannot hide it by being asked
/// less.
final class Schedule implements AutoCloseable {
  /// One call.
  interface Call {
    Line.Answer make(Line line) throws IOException;
  }

  /// What happens after a call, with its time.
  interface After {
    void call(boolean done);
  }

  private record Due(long at, String kind, Call call, After after) implements Delayed {
    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(at - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return other instanceof Due due
          ? Long.compare(at - due.at, 0)
          : Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  private final DelayQueue<Due> queue = new DelayQueue<>();
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private volatile Tally tally = new Tally();

  Schedule(URI server, int connections) {
    for (int i = 0; i < connections; i++) {
      workers.execute(() -> work(server));
    }
  }

  /// From now on it is counted here; a call that is under way counts nowhere.
  void count(Tally next) {
    tally = next;
  }

  /// @param at as [System#nanoTime] counts
  /// @param after called when it was answered, or was not
  void add(long at, String kind, Call call, After after) {
    queue.add(new Due(at, kind, call, after));
  }

  private void work(URI server) {
    try (Line line = new Line(server)) {
      while (true) {
        Due due = queue.take();
        due.after().call(made(line, due));
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean made(Line line, Due due) {
    Tally begun = tally;
    try {
      Line.Answer answer = due.call().make(line);
      long took = System.nanoTime() - due.at();
      if (begun == tally) {
        count(begun, due.kind(), answer, took);
      }
      return answer.isDone();
    } catch (IOException failure) {
      if (begun == tally) {
        begun.failed(due.kind(), failure.getClass().getSimpleName());
      }
      return false;
    }
  }

  private static void count(Tally tally, String kind, Line.Answer answer, long took) {
    if (answer.isDone()) {
      tally.took(kind, took);
    } else {
      tally.failed(kind, "HTTP " + answer.status());
    }
  }

  /// Calls that are not made yet are not made any more.
  @Override
  public void close() {
    queue.clear();
    workers.shutdownNow();
  }
}
