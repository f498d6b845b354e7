package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.core.CommandRecord.Stage;
import dev.muster.agent.core.Inbox.Arrival;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/// The inbox against a model of it: whatever arrives, is cancelled, crashes or cannot be kept, in
/// any order, each command is carried out in order and once, and has one result that never changes.
class InboxModelTest {
  enum Kind {
    ARRIVE,
    CANCEL,
    BEGIN,
    FINISH,
    CRASH,
    DELIVER,
    DISK_FULL
  }

  /// Something that happens, to one of a few requests where it is about one.
  record Step(Kind kind, int request) {}

  private enum Phase {
    UNKNOWN,
    WAITING,
    RUNNING,
    ENDED
  }

  private final MemoryCommandStore store = new MemoryCommandStore();
  private final ManualClock clock = new ManualClock();
  private Inbox inbox = opened();

  private final Map<Integer, Phase> phases = new HashMap<>();
  private final Map<Integer, String> outcomes = new HashMap<>();
  private final Map<Integer, Integer> executions = new HashMap<>();
  private final List<Integer> order = new ArrayList<>();
  private final List<Integer> untold = new ArrayList<>();
  private @Nullable Integer running;
  private boolean cancelled;

  InboxModelTest() throws IOException {}

  private Inbox opened() throws IOException {
    Inbox next =
        new Inbox(new CommandPorts(new FakeExecutor(), store, Thread::new), clock, event -> {});
    next.restore();
    return next;
  }

  /// Every other one may be repeated.
  private static Command command(int request) {
    return new Command("r" + request, "d1", request % 2 == 0 ? "reboot" : "ping", Map.of());
  }

  @Property(tries = 2000)
  void theInboxDoesWhatTheModelDoes(@ForAll("histories") List<Step> history) throws IOException {
    for (Step step : history) {
      try {
        happen(step);
      } catch (IOException e) {
        assertThat(e).hasMessage("The disk is full");
        // Nothing has changed, as the steps that follow show.
      }
    }
    store.failures = 0;
    while (running != null || waiting() != null) {
      finish();
      begin();
    }
    while (!untold.isEmpty()) {
      deliver();
    }
    assertThat(store.unsettled()).isEmpty();
    assertThat(phases.values()).allMatch(Phase.ENDED::equals);
    executions.forEach((request, count) -> {
      if (request % 2 == 0) {
        assertThat(count).as("of r" + request).isEqualTo(1);
      }
    });
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequency(
            Tuple.of(6, Kind.ARRIVE),
            Tuple.of(2, Kind.CANCEL),
            Tuple.of(4, Kind.BEGIN),
            Tuple.of(3, Kind.FINISH),
            Tuple.of(1, Kind.CRASH),
            Tuple.of(3, Kind.DELIVER),
            Tuple.of(1, Kind.DISK_FULL));
    return Combinators.combine(kinds, Arbitraries.integers().between(0, 4))
        .as(Step::new)
        .list()
        .ofMaxSize(40);
  }

  private void happen(Step step) throws IOException {
    switch (step.kind()) {
      case ARRIVE -> arrive(step.request());
      case CANCEL -> cancel(step.request());
      case BEGIN -> begin();
      case FINISH -> finish();
      case CRASH -> crash();
      case DELIVER -> deliver();
      case DISK_FULL -> store.failures = 1;
    }
  }

  private void arrive(int request) throws IOException {
    Arrival arrival = inbox.arrive(command(request));
    switch (phases.getOrDefault(request, Phase.UNKNOWN)) {
      case UNKNOWN -> {
        assertThat(arrival).isEqualTo(Arrival.ACCEPTED);
        phases.put(request, Phase.WAITING);
        order.add(request);
      }
      case WAITING, RUNNING -> assertThat(arrival).isEqualTo(Arrival.UNDER_WAY);
      case ENDED -> {
        assertThat(arrival).isEqualTo(Arrival.ENDED);
        if (!untold.contains(request)) {
          untold.add(request);
        }
      }
    }
  }

  private void cancel(int request) throws IOException {
    inbox.cancel("r" + request, "d1");
    switch (phases.getOrDefault(request, Phase.UNKNOWN)) {
      case UNKNOWN -> {
        order.add(request);
        phases.put(request, Phase.ENDED);
        outcomes.put(request, "cancelled");
      }
      case WAITING -> end(request, "cancelled");
      case RUNNING -> cancelled = true;
      case ENDED -> {}
    }
  }

  private @Nullable Integer waiting() {
    return order.stream().filter(r -> phases.get(r) == Phase.WAITING).findFirst().orElse(null);
  }

  private void begin() throws IOException {
    if (running != null) {
      return; // There is one runner.
    }
    Command begun = inbox.begin();
    Integer expected = waiting();
    assertThat(begun == null ? null : begun.requestId())
        .isEqualTo(expected == null ? null : "r" + expected);
    if (expected != null) {
      running = expected;
      cancelled = false;
      phases.put(expected, Phase.RUNNING);
      executions.merge(expected, 1, Integer::sum);
    }
  }

  private void finish() throws IOException {
    Integer present = running;
    if (present == null) {
      return;
    }
    boolean wasCancelled = inbox.over();
    assertThat(wasCancelled).isEqualTo(cancelled);
    assertThat(Thread.interrupted()).as("an interruption outlives its command").isFalse();
    inbox.finish(
        wasCancelled ? CommandResult.cancelled("cancelled") : CommandResult.success("done"));
    running = null;
    end(present, wasCancelled ? "cancelled" : "success");
  }

  private void crash() throws IOException {
    store.failures = 0;
    Thread.interrupted();
    inbox = opened();
    Integer cutOff = running;
    running = null;
    if (cutOff != null && cutOff % 2 == 0) {
      end(cutOff, "failed");
    } else if (cutOff != null) {
      phases.put(cutOff, Phase.WAITING);
    }
  }

  private void deliver() throws IOException {
    CommandRecord next = store.nextEnded();
    Integer expected = order.stream().filter(untold::contains).findFirst().orElse(null);
    assertThat(next == null ? null : next.command().requestId())
        .isEqualTo(expected == null ? null : "r" + expected);
    if (next != null && expected != null) {
      assertThat(Objects.requireNonNull(next.result()).outcome().word())
          .as("of r" + expected)
          .isEqualTo(outcomes.get(expected));
      inbox.move(next, Stage.SETTLED);
      untold.removeIf(expected::equals);
    }
  }

  private void end(int request, String outcome) {
    phases.put(request, Phase.ENDED);
    outcomes.put(request, outcome);
    untold.add(request);
  }
}
