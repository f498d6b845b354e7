package dev.muster.bench;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Calls that are due at certain times, made by as many connections as are needed at once. A call's
/// time counts from when it was due, so that a server that stalls cannot hide it by being asked
/// less. Who is asked to come again does so as our agent does: after the time that was asked for
/// and a backoff that is random as a whole.
final class Schedule implements AutoCloseable {
  /// One call.
  interface Call {
    Line.Answer make(Line line) throws IOException;
  }

  /// What happens after a call, with its time.
  interface After {
    void call(boolean done);
  }

  private record Due(long at, int tries, String kind, Call call, After after) implements Delayed {
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

  /// As our agent has it.
  private static final long BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final int DOUBLINGS = 7;

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
    queue.add(new Due(at, 0, kind, call, after));
  }

  private void work(URI server) {
    try (Line line = new Line(server)) {
      while (true) {
        Due due = queue.take();
        Line.@Nullable Answer answer = answer(line, due);
        if (answer != null && answer.isPutOff()) {
          again(due, answer.comeAgain());
        } else {
          due.after().call(answer != null && answer.isDone());
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void again(Due due, int seconds) {
    long ceiling = BACKOFF_NANOS << Math.min(due.tries(), DOUBLINGS);
    long pause =
        TimeUnit.SECONDS.toNanos(seconds)
            + (long) (ThreadLocalRandom.current().nextDouble() * ceiling);
    queue.add(
        new Due(System.nanoTime() + pause, due.tries() + 1, due.kind(), due.call(), due.after()));
  }

  private Line.@Nullable Answer answer(Line line, Due due) {
    Tally begun = tally;
    try {
      Line.Answer answer = due.call().make(line);
      long took = System.nanoTime() - due.at();
      if (begun == tally) {
        count(begun, due.kind(), answer, took);
      }
      return answer;
    } catch (IOException failure) {
      if (begun == tally) {
        begun.failed(due.kind(), failure.getClass().getSimpleName());
      }
      return null;
    }
  }

  private static void count(Tally tally, String kind, Line.Answer answer, long took) {
    if (answer.isDone()) {
      tally.took(kind, took);
    } else if (answer.isPutOff()) {
      tally.took(kind, took);
      tally.putOff(kind);
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
