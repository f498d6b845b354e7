package dev.muster.server.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.alert.Standing.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StandingTest {
  private static final Instant T = Instant.parse("2026-01-15T10:00:00Z");
  private static final Terms BATTERY = Terms.defaults(RuleKind.LOW_BATTERY);

  private static Terms inARow(int times) {
    return new Terms(
        RuleKind.APP_DOWN,
        true,
        Severity.WARNING,
        times,
        Terms.COOLDOWN,
        new Terms.Remedy(false, 3));
  }

  private static Phase phase(@Nullable Standing standing) {
    return Objects.requireNonNull(standing).phase();
  }

  @Test
  void whatIsWrongFiresAtOnceAndCoolsWhenItIsWell() {
    Standing firing = Standing.wrong(null, BATTERY, "low", T);
    assertThat(phase(firing)).isEqualTo(Phase.FIRING);
    assertThat(Standing.wrong(firing, BATTERY, "lower", T.plusSeconds(5))).isEqualTo(firing);
    Standing cooling = Standing.well(firing, BATTERY, T.plusSeconds(10));
    assertThat(phase(cooling)).isEqualTo(Phase.COOLING);
    assertThat(Objects.requireNonNull(cooling).dueAt()).isEqualTo(T.plus(Terms.COOLDOWN));
    assertThat(cooling.looked(BATTERY, T.plus(Terms.COOLDOWN))).isNull();
  }

  @Test
  void withinTheCooldownItIsHeldAndFiresAfterIt() {
    Standing cooling =
        Standing.well(Standing.wrong(null, BATTERY, "low", T), BATTERY, T.plusSeconds(10));
    Standing held = Standing.wrong(cooling, BATTERY, "again", T.plusSeconds(20));
    assertThat(phase(held)).isEqualTo(Phase.HELD);
    assertThat(Standing.wrong(held, BATTERY, "still", T.plusSeconds(30))).isEqualTo(held);
    Standing after = Objects.requireNonNull(held).looked(BATTERY, T.plus(Terms.COOLDOWN));
    assertThat(phase(after)).isEqualTo(Phase.FIRING);
    assertThat(Objects.requireNonNull(after).summary()).isEqualTo("again");
  }

  @Test
  void aRuleThatCountsFiresWhenItWasWrongSoOftenInARow() {
    Standing first = Standing.wrong(null, inARow(3), "down", T);
    Standing second = Standing.wrong(first, inARow(3), "down", T.plusSeconds(1));
    assertThat(phase(second)).isEqualTo(Phase.PENDING);
    assertThat(Standing.well(second, inARow(3), T.plusSeconds(2))).isNull();
    assertThat(phase(Standing.wrong(second, inARow(3), "down", T.plusSeconds(2))))
        .isEqualTo(Phase.FIRING);
  }

  @Test
  void aRuleThatWaitsFiresWhenItHasLasted() {
    Terms stale =
        new Terms(
            RuleKind.STALE, true, Severity.INFO, 60, Terms.COOLDOWN, new Terms.Remedy(false, 3));
    Standing pending = Objects.requireNonNull(Standing.wrong(null, stale, "stale", T));
    assertThat(pending.phase()).isEqualTo(Phase.PENDING);
    assertThat(pending.dueAt()).isEqualTo(T.plusSeconds(60));
    assertThat(phase(pending.looked(stale, T.plusSeconds(60)))).isEqualTo(Phase.FIRING);
  }

  /// Minutes that pass, and then: wrong, well, or looked at because it is due.
  record Move(int minutes, int what) {}

  @Provide
  Arbitrary<List<Move>> moves() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 20), Arbitraries.integers().between(0, 2))
        .as(Move::new)
        .list()
        .ofMaxSize(40);
  }

  @Property(tries = 300)
  void alertsOfOneRuleTakeTurnsWithRecoveriesAndKeepTheCooldown(@ForAll("moves") List<Move> moves) {
    Standing standing = null;
    Instant now = T;
    Instant raised = null;
    int wrongInARow = 0;
    for (Move move : moves) {
      now = now.plus(Duration.ofMinutes(move.minutes()));
      Standing before = standing;
      standing =
          switch (move.what()) {
            case 0 -> Standing.wrong(before, inARow(2), "down", now);
            case 1 -> Standing.well(before, inARow(2), now);
            default ->
                before == null || before.dueAt() == null || before.dueAt().isAfter(now)
                    ? before
                    : before.looked(inARow(2), now);
          };
      wrongInARow =
          switch (move.what()) {
            case 0 -> wrongInARow + 1;
            case 1 -> 0;
            default -> wrongInARow;
          };
      boolean fired = before != null && before.phase() == Phase.FIRING;
      boolean fires = standing != null && standing.phase() == Phase.FIRING;
      if (fires && !fired) {
        assertThat(wrongInARow).isGreaterThanOrEqualTo(2);
        assertThat(raised == null || !raised.plus(Terms.COOLDOWN).isAfter(now)).isTrue();
        raised = now;
      }
      // it recovers as soon as it is well, and only then
      assertThat(fired && !fires).isEqualTo(fired && move.what() == 1);
      assertThat(standing != null && standing.isWrong()).isEqualTo(wrongInARow > 0);
    }
  }
}
