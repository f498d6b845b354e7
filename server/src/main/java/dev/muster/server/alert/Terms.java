package dev.muster.server.alert;

import java.time.Duration;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// What a rule says.
///
/// @param threshold in the [unit][RuleKind#unit] of the kind
/// @param cooldown how long after an alert of a device no other of the rule is raised for it
public record Terms(
    RuleKind kind,
    boolean enabled,
    Severity severity,
    int threshold,
    Duration cooldown,
    Remedy remedy) {
  /// Whether something is tried against the cause.
  ///
  /// @param aDay how often at the most for one device within 24 hours
  /// @param task that each alert opens; null for none
  public record Remedy(boolean on, int aDay, @Nullable TaskOrder task) {
    public Remedy(boolean on, int aDay) {
      this(on, aDay, null);
    }
  }

  static final Duration COOLDOWN = Duration.ofMinutes(30);
  private static final Remedy NO_REMEDY = new Remedy(false, 3);

  /// Of the rules of several groups the one that is on; of those the one that raises soonest, then
  /// the most severe, then the one with the shortest cooldown.
  static final Comparator<Terms> STRICTEST =
      Comparator.comparing((Terms terms) -> !terms.enabled())
          .thenComparingInt(
              terms -> terms.kind().isStricterAbove() ? -terms.threshold() : terms.threshold())
          .thenComparing(Terms::severity, Comparator.reverseOrder())
          .thenComparing(Terms::cooldown)
          .thenComparing(terms -> !terms.remedy().on())
          .thenComparingInt(terms -> terms.remedy().aDay())
          .thenComparing(terms -> terms.remedy().task() == null);

  /// What holds where nothing is set.
  public static Terms defaults(RuleKind kind) {
    return switch (kind) {
      case OFFLINE -> standard(kind, true, Severity.CRITICAL, 720);
      case LOW_BATTERY -> standard(kind, true, Severity.WARNING, 15);
      case APP_DOWN -> standard(kind, true, Severity.CRITICAL, 1);
      case NON_COMPLIANT -> standard(kind, false, Severity.WARNING, 600);
      case STALE -> standard(kind, false, Severity.WARNING, 86_400);
      case ACTION_FAILED -> standard(kind, false, Severity.WARNING, 0);
      case ARCHIVE_FAILED, JOB_DEAD, DISK_LOW -> standard(kind, true, Severity.CRITICAL, 0);
    };
  }

  private static Terms standard(RuleKind kind, boolean enabled, Severity severity, int threshold) {
    return new Terms(kind, enabled, severity, threshold, COOLDOWN, NO_REMEDY);
  }

  /// How often in a row it must be found before it counts.
  int timesInARow() {
    return kind.unit() == RuleKind.Unit.TIMES ? threshold : 1;
  }

  /// How long it must last before it counts. That a device is silent is found only when it has been
  /// for long enough.
  Duration lasting() {
    return kind == RuleKind.NON_COMPLIANT || kind == RuleKind.STALE
        ? Duration.ofSeconds(threshold)
        : Duration.ZERO;
  }
}
