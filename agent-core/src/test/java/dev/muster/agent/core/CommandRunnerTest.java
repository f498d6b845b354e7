package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.core.CommandResult.Outcome;
import dev.muster.agent.core.ProgressBoard.Update;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CommandRunnerTest {
  private final CommandRig rig = new CommandRig();

  CommandRunnerTest() throws IOException {
    rig.inbox.restore();
  }

  @AfterEach
  void nothingIsLeftInterrupted() {
    assertThat(Thread.interrupted()).isFalse();
  }

  private void run(int waits) {
    rig.clock.endAfterWaits(waits);
    assertThatThrownBy(rig.runner::run).isInstanceOf(InterruptedException.class);
  }

  private CommandResult result(String request) {
    return Objects.requireNonNull(Objects.requireNonNull(rig.store.find(request)).result());
  }

  private void arrive(String request, String action) throws IOException {
    rig.inbox.arrive(rig.command(request, action));
  }

  @Test
  void commandsRunInOrderAndTheirResultsAreKept() throws IOException {
    arrive("r1", "reboot");
    arrive("r2", "ping");
    run(1);
    assertThat(rig.executor.executed).containsExactly("r1", "r2");
    assertThat(result("r1")).isEqualTo(CommandResult.success("done"));
    assertThat(rig.news.isRung()).isTrue();
  }

  @Test
  void aCommandThatBreaksHasFailedAndTheNextOneRuns() throws IOException {
    arrive("r1", "break");
    arrive("r2", "bug");
    arrive("r3", "overflow");
    arrive("r4", "ping");
    run(1);
    assertThat(result("r1")).isEqualTo(CommandResult.failed("it broke"));
    assertThat(result("r2")).isEqualTo(CommandResult.failed("IllegalStateException"));
    assertThat(result("r3")).isEqualTo(CommandResult.failed("StackOverflowError"));
    assertThat(result("r4").outcome()).isEqualTo(Outcome.SUCCESS);
  }

  @Test
  void aCancelledCommandIsInterruptedAndTheNextOneIsNot() throws IOException {
    arrive("r1", "sleep");
    arrive("r2", "ping");
    rig.executor.during = () -> cancel("r1");
    run(1);
    assertThat(result("r1").outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(result("r2").outcome()).isEqualTo(Outcome.SUCCESS);
  }

  @Test
  void aCommandThatWasDoneBeforeItHeardOfItsCancellationSaysSo() throws IOException {
    arrive("r1", "reboot");
    rig.executor.during = () -> cancel("r1");
    run(1);
    assertThat(result("r1").outcome()).isEqualTo(Outcome.SUCCESS);
  }

  private void cancel(String request) {
    try {
      rig.inbox.cancel(request, "d1");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFullDiskIsToldAndNothingBeginsUntilThereIsRoom() throws IOException {
    arrive("r1", "reboot");
    rig.store.failures = 2;
    run(2);
    assertThat(rig.executor.executed).isEmpty();
    assertThat(rig.events)
        .contains(new AgentEvent.StoreFailed("The disk is full", Duration.ofSeconds(1)))
        .contains(new AgentEvent.StoreFailed("The disk is full", Duration.ofSeconds(2)));
    run(1);
    assertThat(rig.executor.executed).containsExactly("r1");
  }

  @Test
  void aResultThatCannotBeKeptIsNotToldAndNotLost() throws IOException {
    arrive("r1", "reboot");
    rig.executor.during = () -> rig.store.failures = 3;
    run(4);
    assertThat(rig.executor.executed).containsExactly("r1");
    assertThat(rig.events.stream().filter(AgentEvent.StoreFailed.class::isInstance)).hasSize(3);
    assertThat(result("r1")).isEqualTo(CommandResult.success("done"));
  }

  @Test
  void aResultIsNotLostToABugOfTheStoreEither() throws IOException {
    arrive("r1", "reboot");
    rig.store.buggy = true;
    rig.executor.during = () -> rig.store.failures = 1;
    run(2);
    assertThat(rig.executor.executed).containsExactly("r1");
    assertThat(result("r1")).isEqualTo(CommandResult.success("done"));
  }

  @Test
  void aStoreThatCannotBeReadAtTheStartIsReadLater() throws IOException {
    CommandRig other = new CommandRig();
    other.inbox.restore();
    other.inbox.arrive(other.command("r1", "reboot"));
    other.inbox.begin();
    Inbox next = new Inbox(other.commandPorts, other.clock, other.events::add);
    CommandRunner runner =
        new CommandRunner(next, other.executor, other.board, other.ports, other.work, other.news);
    other.store.failures = 1;
    other.clock.endAfterWaits(2);
    assertThatThrownBy(runner::run).isInstanceOf(InterruptedException.class);
    assertThat(Objects.requireNonNull(other.store.nextEnded()).result())
        .isEqualTo(CommandResult.failed("the agent was stopped while it ran"));
  }

  @Test
  void progressIsBoundedToAHundred() throws IOException {
    arrive("r1", "walk");
    rig.executor.during = () -> {};
    run(1);
    assertThat(rig.board.take(rig.clock.now())).as("its result says all").isNull();
    rig.board.report(new Update("r2", 5, "", rig.clock.now()));
    assertThat(rig.board.take(rig.clock.now())).isNotNull();
  }
}
