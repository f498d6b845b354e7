package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private static final Duration WAIT = Duration.ofMillis(100);

  private final AtomicLong now = new AtomicLong();
  private final List<String> told = new ArrayList<>();

  private Turns turns(int atOnce) {
    return new Turns(atOnce, WAIT, now::get);
  }

  private Turns.Turn ask(Turns turns, String who) {
    return turns.ask(false, () -> told.add(who + " begins"), () -> told.add(who + " is sent away"));
  }

  private void passes(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void soManyBeginAtOnceAndTheOthersInTheirOrder() {
    Turns turns = turns(2);
    Turns.Turn a = ask(turns, "a");
    Turns.Turn b = ask(turns, "b");
    ask(turns, "c");
    ask(turns, "d");
    assertThat(told).containsExactly("a begins", "b begins");
    assertThat(turns.waiting()).isEqualTo(2);

    b.end();
    assertThat(told).endsWith("c begins");
    a.end();
    assertThat(told).endsWith("d begins");
  }

  @Test
  void whoWouldWaitTooLongIsSentAwayThoughNothingEnds() {
    Turns turns = turns(1);
    Turns.Turn a = ask(turns, "a");
    ask(turns, "b");
    passes(WAIT.dividedBy(2));
    Turns.Turn c = ask(turns, "c");
    turns.look();
    assertThat(told).containsExactly("a begins");

    passes(WAIT.dividedBy(2));
    turns.look();
    assertThat(told).containsExactly("a begins", "b is sent away");
    a.end();
    assertThat(told).endsWith("c begins");
    c.end();
    assertThat(turns.waiting()).isZero();
  }

  @Test
  void whoGoesAwayWhileWaitingIsToldNothingAndHoldsUpNobody() {
    Turns turns = turns(1);
    Turns.Turn a = ask(turns, "a");
    ask(turns, "b").end();
    ask(turns, "c");
    a.end();
    assertThat(told).containsExactly("a begins", "c begins");
  }

  @Test
  void aTurnThatLastsLongCountsNoMore() {
    Turns turns = turns(1);
    Turns.Turn a = ask(turns, "a");
    passes(Duration.ofSeconds(1));
    Turns.Turn b = ask(turns, "b");
    assertThat(told).containsExactly("a begins", "b begins");
    a.end();
    ask(turns, "c");
    assertThat(told).hasSize(2);
    b.end();
    assertThat(told).endsWith("c begins");
  }

  @Test
  void aBriefOneTakesItsTurnAndHoldsNone() {
    Turns turns = turns(1);
    Turns.Turn a = ask(turns, "a");
    for (String who : List.of("x", "y")) {
      turns.ask(true, () -> told.add(who + " begins"), () -> told.add(who + " is sent away"));
    }
    ask(turns, "b");
    assertThat(told).containsExactly("a begins");
    a.end();
    assertThat(told).containsExactly("a begins", "x begins", "y begins", "b begins");
  }

  @Test
  void neverMoreThanSoManyHoldATurnAndEverybodyIsToldOneThing() {
    Turns turns = new Turns(3, Duration.ofHours(1), System::nanoTime);
    AtomicInteger holding = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    Race.times(
        200,
        _ -> {
          CompletableFuture<Void> turn = new CompletableFuture<>();
          Turns.Turn own =
              turns.ask(
                  false,
                  () -> {
                    most.accumulateAndGet(holding.incrementAndGet(), Math::max);
                    begun.incrementAndGet();
                    turn.complete(null);
                  },
                  () -> turn.completeExceptionally(new AssertionError("sent away")));
          turn.join();
          holding.decrementAndGet();
          own.end();
          return true;
        });
    assertThat(begun).hasValue(200);
    assertThat(most.get()).isBetween(1, 3);
    assertThat(turns.waiting()).isZero();
  }
}
