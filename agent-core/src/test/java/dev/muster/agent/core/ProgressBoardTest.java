package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.core.ProgressBoard.Update;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ProgressBoardTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final ProgressBoard board = new ProgressBoard();

  private static Update at(int percent) {
    return new Update("r1", percent, "", NOW);
  }

  private int taken(Instant now) {
    return Objects.requireNonNull(board.take(now)).percent();
  }

  @Test
  void thatACommandArrivedIsToldAtOnceAndTheRestOnceASecondWithTheNewestWord() {
    board.arrived("r1", NOW);
    assertThat(taken(NOW)).isZero();
    board.report(at(10));
    board.report(at(20));
    assertThat(board.take(NOW)).isNull();
    assertThat(board.pause(NOW.plusMillis(400))).isEqualTo(Duration.ofMillis(600));
    assertThat(taken(NOW.plusSeconds(1))).isEqualTo(20);
    assertThat(board.take(NOW.plusSeconds(9))).isNull();
    assertThat(board.pause(NOW.plusSeconds(9))).isNull();
  }

  @Test
  void aCommandThatArrivesOnceMoreIsAnsweredWithTheNewestWord() {
    board.report(at(30));
    assertThat(taken(NOW)).isEqualTo(30);
    board.arrived("r1", NOW);
    assertThat(board.pause(NOW)).isEqualTo(Duration.ZERO);
    assertThat(taken(NOW)).isEqualTo(30);
  }

  @Test
  void whatCouldNotBeToldIsToldLaterUnlessThereIsANewerWord() {
    board.arrived("r1", NOW);
    Update receipt = Objects.requireNonNull(board.take(NOW));
    board.giveBack(receipt);
    assertThat(taken(NOW)).isZero();
    board.report(at(40));
    Update told = Objects.requireNonNull(board.take(NOW.plusSeconds(1)));
    board.report(at(50));
    board.giveBack(told);
    assertThat(taken(NOW.plusSeconds(2))).isEqualTo(50);
  }

  @Test
  void ofACommandThatHasEndedNothingIsTold() {
    board.arrived("r1", NOW);
    board.report(at(40));
    board.ended("r1");
    assertThat(board.take(NOW)).isNull();
  }

  @Test
  void aClockThatIsSetBackSilencesNobody() {
    board.report(at(10));
    assertThat(taken(NOW)).isEqualTo(10);
    board.report(at(20));
    assertThat(taken(NOW.minusSeconds(3600))).isEqualTo(20);
  }
}
