package dev.muster.bench;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// How long calls took, by their kind, and what went wrong instead. A failure does not end the
/// measurement: how many there are is one of its results.
final class Tally {
  private static final long LONGEST_MICROS = 120_000_000;

  private final Map<String, ConcurrentHistogram> micros = new ConcurrentSkipListMap<>();
  private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> putOff = new ConcurrentSkipListMap<>();

  void took(String kind, long nanos) {
    micros
        .computeIfAbsent(kind, _ -> new ConcurrentHistogram(LONGEST_MICROS, 3))
        .recordValue(Math.max(0, Math.min(nanos / 1_000, LONGEST_MICROS)));
  }

  /// @param reason short, and the same for what is the same
  void failed(String kind, String reason) {
    failures.computeIfAbsent(kind + ": " + reason, _ -> new LongAdder()).increment();
  }

  /// The server asked to come again; that answer took its time like any other.
  void putOff(String kind) {
    putOff.computeIfAbsent(kind, _ -> new LongAdder()).increment();
  }

  long failures() {
    return failures.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /// All kinds together.
  Histogram all() {
    Histogram all = new Histogram(LONGEST_MICROS, 3);
    micros.values().forEach(all::add);
    return all;
  }

  /// Milliseconds that this share of all calls did not exceed.
  double millis(double percentile) {
    return all().getValueAtPercentile(percentile) / 1e3;
  }

  void print(PrintWriter out) {
    micros.forEach((kind, one) -> line(out, kind, one));
    line(out, "all", all());
    putOff.forEach((kind, count) ->
        out.printf("  %-18s   %,9d of them asked to come again%n", kind, count.sum()));
    new TreeMap<>(failures)
        .forEach((what, count) -> out.printf("  failed %,8d  %s%n", count.sum(), what));
    out.flush();
  }

  private static void line(PrintWriter out, String kind, Histogram of) {
    out.printf(
        Locale.ROOT,
        "  %-18s n=%,9d  p50=%7.2f p95=%7.2f p99=%7.2f max=%8.1f ms%n",
        kind,
        of.getTotalCount(),
        of.getValueAtPercentile(50) / 1e3,
        of.getValueAtPercentile(95) / 1e3,
        of.getValueAtPercentile(99) / 1e3,
        of.getMaxValue() / 1e3);
  }
}
