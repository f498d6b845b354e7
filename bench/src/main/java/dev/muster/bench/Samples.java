package dev.muster.bench;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/// Durations that were measured.
///
/// @param sorted milliseconds, ascending, at least one
record Samples(List<Double> sorted) {
  Samples {
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
    sorted = sorted.stream().sorted().toList();
  }

  static Samples ofNanos(Collection<Long> nanos) {
    return new Samples(nanos.stream().map(n -> n / 1e6).toList());
  }

  /// The shortest duration that at least this share of all do not exceed.
  ///
  /// @param share above 0, 1 at the most
  double quantile(double share) {
    return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
  }

  double median() {
    return quantile(0.5);
  }

  /// All that is printed of them.
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "n=%d min=%.1f median=%.1f p95=%.1f p99=%.1f max=%.1f ms",
        sorted.size(),
        sorted.getFirst(),
        median(),
        quantile(0.95),
        quantile(0.99),
        sorted.getLast());
  }
}
