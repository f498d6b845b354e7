package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.core.CommandRecord.Stage;
import dev.muster.agent.core.Inbox.Arrival;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What [InboxModelTest] does not come to.
class InboxTest {
  private final MemoryCommandStore store = new MemoryCommandStore();
  private final ManualClock clock = new ManualClock();
  private final List<AgentEvent> events = new ArrayList<>();
  private final Inbox inbox = inbox();

  private Inbox inbox() {
    return new Inbox(new CommandPorts(new FakeExecutor(), store, Thread::new), clock, events::add);
  }

  private static Command command(String request) {
    return new Command(request, "d1", "reboot", Map.of("password", "hunter2"));
  }

  private CommandRecord stored(String request) {
    return Objects.requireNonNull(store.find(request));
  }

  private CommandResult result(String request) {
    return Objects.requireNonNull(stored(request).result());
  }

  @Test
  void whatHasEndedKeepsNoParameters() throws IOException {
    inbox.restore();
    inbox.arrive(command("r1"));
    assertThat(stored("r1").command().parameters()).containsKey("password");
    inbox.begin();
    inbox.over();
    inbox.finish(CommandResult.success("done"));
    assertThat(stored("r1").command().parameters()).isEmpty();
    assertThat(events)
        .containsExactly(
            new AgentEvent.CommandAccepted("r1", "reboot"),
            new AgentEvent.CommandEnded("r1", "reboot", CommandResult.success("done")));
  }

  @Test
  void nothingIsTakenInBeforeTheStoreIsRead() {
    assertThatThrownBy(() -> inbox.arrive(command("r1"))).isInstanceOf(IOException.class);
    assertThat(store.records).isEmpty();
  }

  @Test
  void itTakesAHundredAndNoMoreUntilOneBegins() throws IOException {
    inbox.restore();
    for (int i = 0; i < 100; i++) {
      assertThat(inbox.arrive(command("r" + i))).isEqualTo(Arrival.ACCEPTED);
    }
    assertThat(inbox.arrive(command("r100"))).isEqualTo(Arrival.NO_ROOM);
    inbox.begin();
    assertThat(inbox.arrive(command("r100"))).isEqualTo(Arrival.ACCEPTED);
  }

  @Test
  void aCommandThatTheDeviceSleptOverIsNotBegun() throws IOException {
    inbox.restore();
    inbox.arrive(command("r1"));
    clock.set(clock.now().plus(Duration.ofMinutes(61)));
    inbox.arrive(command("r2"));
    assertThat(Objects.requireNonNull(inbox.begin()).requestId()).isEqualTo("r2");
    assertThat(result("r1").outcome()).isEqualTo(CommandResult.Outcome.REFUSED);
  }

  @Test
  void aCommandThatIsCancelledAheadIsAnsweredByItsOwnName() throws IOException {
    inbox.restore();
    inbox.cancel("r1", "d1");
    assertThat(store.nextEnded()).as("nobody waits for it").isNull();
    assertThat(inbox.arrive(command("r1"))).isEqualTo(Arrival.ENDED);
    CommandRecord next = Objects.requireNonNull(store.nextEnded());
    assertThat(next.command().action()).isEqualTo("reboot");
    assertThat(result("r1").outcome()).isEqualTo(CommandResult.Outcome.CANCELLED);
  }

  @Test
  void aRefusalIsTheResultOfACommandThatIsNewAndOfNoOther() throws IOException {
    inbox.restore();
    inbox.refuse(command("r1"), "clock_skew");
    assertThat(result("r1")).isEqualTo(CommandResult.refused("clock_skew"));
    inbox.arrive(command("r2"));
    assertThat(inbox.refuse(command("r2"), "clock_skew")).isEqualTo(Arrival.UNDER_WAY);
    assertThat(stored("r2").stage()).isEqualTo(Stage.WAITING);
  }

  @Test
  void whatIsStoppedIsNotBegunAndAnInterruptionToStopStays() throws IOException {
    inbox.restore();
    inbox.arrive(command("r1"));
    inbox.arrive(command("r2"));
    inbox.begin();
    inbox.close();
    inbox.over();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(inbox.begin()).isNull();
  }

  @Test
  void anInboxThatWasReplacedNotesNothing() throws IOException {
    inbox.restore();
    inbox.arrive(command("r1"));
    inbox.begin();
    inbox.abandon();
    Inbox next = inbox();
    next.restore();
    inbox.finish(CommandResult.success("too late"));
    assertThat(result("r1").message()).isEqualTo("the agent was stopped while it ran");
  }
}
