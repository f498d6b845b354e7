package dev.muster.bench;

import java.io.PrintWriter;
import java.util.Locale;

/// Prints what was measured beside its bound, and remembers whether any bound was broken.
final class Bounds {
  private final PrintWriter out;
  private boolean over;

  Bounds(PrintWriter out) {
    this.out = out;
  }

  boolean anyOver() {
    return over;
  }

  void raw(String what, Samples samples) {
    out.printf(Locale.ROOT, "  %-52s %s%n", what, samples);
    out.flush();
  }

  /// Judges `measured / reference` by a bound on that ratio.
  void ratio(String what, double measured, double reference, double bound) {
    judge(
        what,
        String.format(
            Locale.ROOT, "%.1f / %.1f ms = %.2f", measured, reference, measured / reference),
        String.format(Locale.ROOT, "%.1f", bound),
        measured <= bound * reference);
  }

  /// Judges median and p95, both by one bound in milliseconds.
  void below(String what, Samples samples, double bound) {
    raw(what, samples);
    judge(
        what,
        String.format(
            Locale.ROOT,
            "median %.2f, p95 %.2f of the bound",
            samples.median() / bound,
            samples.quantile(0.95) / bound),
        String.format(Locale.ROOT, "%.0f ms", bound),
        samples.quantile(0.95) < bound);
  }

  /// Judges a measured number by one that it must not exceed.
  void most(String what, double measured, double bound, String unit) {
    judge(
        what,
        String.format(Locale.ROOT, "%.1f %s = %.2f of the bound", measured, unit, measured / bound),
        String.format(Locale.ROOT, "%.0f %s", bound, unit),
        measured <= bound);
  }

  /// Judges a figure that is to be at least its bound.
  void least(String what, double measured, double bound, String unit) {
    judge(
        what,
        String.format(Locale.ROOT, "%,.2f %s", measured, unit),
        String.format(Locale.ROOT, "%,.1f %s", bound, unit),
        measured >= bound);
  }

  /// Judges a count that must be nothing.
  void none(String what, long count) {
    judge(what, String.format(Locale.ROOT, "%,d", count), "0", count == 0);
  }

  private void judge(String what, String measured, String bound, boolean holds) {
    over |= !holds;
    out.printf("%-5s %-52s %s (bound %s)%n", holds ? "OK" : "OVER", what, measured, bound);
    out.flush();
  }
}
