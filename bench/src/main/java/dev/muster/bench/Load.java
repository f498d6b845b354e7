package dev.muster.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/// So many callers at once, each of whom calls again as soon as it is answered. What they measured
/// adds up over several runs.
final class Load {
  /// One call; a failure ends the benchmark.
  interface Call {
    /// @param caller its number, from 0
    void make(int caller) throws Exception;
  }

  private static final long LONGEST_MICROS = 60_000_000;

  private final int callers;
  private final Call call;
  private final Histogram micros = new Histogram(LONGEST_MICROS, 3);
  private double seconds;

  Load(int callers, Call call) {
    this.callers = callers;
    this.call = call;
  }

  /// Forgets what was measured: from now on it counts.
  void warmedUp() {
    micros.reset();
    seconds = 0;
  }

  void run(Duration duration) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    long end = begin + duration.toNanos();
    List<Future<Histogram>> running = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < callers; i++) {
        int caller = i;
        running.add(threads.submit(() -> calling(caller, end)));
      }
    }
    seconds += (System.nanoTime() - begin) / 1e9;
    for (Future<Histogram> one : running) {
      try {
        micros.add(one.get());
      } catch (ExecutionException failure) {
        throw new IOException("a call failed", failure.getCause());
      }
    }
  }

  private Histogram calling(int caller, long end) throws Exception {
    Histogram own = new Histogram(LONGEST_MICROS, 3);
    long begin = System.nanoTime();
    while (begin < end) {
      call.make(caller);
      long now = System.nanoTime();
      own.recordValue(Math.min((now - begin) / 1_000, LONGEST_MICROS));
      begin = now;
    }
    return own;
  }

  double perSecond() {
    return micros.getTotalCount() / seconds;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,9.0f/s  p50=%.2f p99=%.2f max=%.1f ms  n=%,d",
        perSecond(),
        micros.getValueAtPercentile(50) / 1e3,
        micros.getValueAtPercentile(99) / 1e3,
        micros.getMaxValue() / 1e3,
        micros.getTotalCount());
  }
}
