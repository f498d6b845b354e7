package dev.muster.server.alert;

import dev.muster.server.platform.Ids;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How a device (or the server) stands with one rule, while that is not simply well; and how it
/// goes on from there. Nothing here reads a clock or a database. Drawn in docs/alerts.md.
///
/// @param times how often in a row it was found wrong, as far as the rule counts
/// @param since since when it is wrong
/// @param alert the alert that fires; null unless it does
/// @param raisedAt when the last alert was raised; null when none was
/// @param dueAt when something follows by itself
/// @param summary what is wrong, in a sentence
public record Standing(
    Phase phase,
    int times,
    Instant since,
    @Nullable UUID alert,
    @Nullable Instant raisedAt,
    @Nullable Instant dueAt,
    String summary) {
  /// From wrong to well.
  public enum Phase {
    /// An alert was raised and has not recovered.
    FIRING,
    /// It is wrong, and an alert is raised when the cooldown is over.
    HELD,
    /// It is wrong, but not often or long enough.
    PENDING,
    /// It is wrong, and the rule is off. Of silent devices only, whose status follows all the same.
    NOTED,
    /// It is well, and the cooldown of the last alert goes on.
    COOLING
  }

  public boolean isWrong() {
    return phase != Phase.COOLING;
  }

  /// It was found wrong (again).
  static @Nullable Standing wrong(
      @Nullable Standing before, Terms terms, String summary, Instant now) {
    return before == null || !before.isWrong()
        ? reached(before, terms, now, 1, summary, now)
        : reached(before, terms, before.since, before.times + 1, summary, now);
  }

  /// It was found well.
  static @Nullable Standing well(@Nullable Standing before, Terms terms, Instant now) {
    return before == null ? null : cooling(before, terms, now);
  }

  /// It is looked at because it is due, or because the rule has changed.
  @Nullable Standing looked(Terms terms, Instant now) {
    return isWrong() ? reached(this, terms, since, times, summary, now) : cooling(this, terms, now);
  }

  private static @Nullable Standing reached(
      @Nullable Standing before,
      Terms terms,
      Instant since,
      int times,
      String summary,
      Instant now) {
    int counted = Math.min(times, terms.timesInARow());
    Instant raisedAt = before == null ? null : before.raisedAt;
    if (!terms.enabled()) {
      return terms.kind() == RuleKind.OFFLINE
          ? new Standing(Phase.NOTED, counted, since, null, raisedAt, null, summary)
          : well(before, terms, now);
    }
    if (before != null && before.phase == Phase.FIRING) {
      return before.dueAt == null
          ? before
          : new Standing(
              Phase.FIRING, before.times, since, before.alert, raisedAt, null, before.summary);
    }
    if (times < terms.timesInARow()) {
      return new Standing(Phase.PENDING, counted, since, null, raisedAt, null, summary);
    }
    Instant ripe = since.plus(terms.lasting());
    if (ripe.isAfter(now)) {
      return new Standing(Phase.PENDING, counted, since, null, raisedAt, ripe, summary);
    }
    Instant calm = raisedAt == null ? now : raisedAt.plus(terms.cooldown());
    if (calm.isAfter(now)) {
      String kept = before != null && before.phase == Phase.HELD ? before.summary : summary;
      return new Standing(Phase.HELD, counted, since, null, raisedAt, calm, kept);
    }
    return new Standing(Phase.FIRING, counted, since, Ids.next(), now, null, summary);
  }

  private static @Nullable Standing cooling(Standing before, Terms terms, Instant now) {
    Instant raisedAt = before.raisedAt;
    if (raisedAt == null) {
      return null;
    }
    Instant calm = raisedAt.plus(terms.cooldown());
    return calm.isAfter(now)
        ? new Standing(
            Phase.COOLING, 0, before.isWrong() ? now : before.since, null, raisedAt, calm, "")
        : null;
  }
}
