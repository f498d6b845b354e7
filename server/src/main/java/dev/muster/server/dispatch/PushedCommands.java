package dev.muster.server.dispatch;

import dev.muster.server.doorbell.Push;
import dev.muster.server.doorbell.PushOutcome;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Gives the push service the commands of devices that nobody holds a connection of, from one node
/// at a time.
@Singleton
public class PushedCommands implements RecurringJob {
  /// How many calls of the push service are under way at once.
  private static final int MOST_AT_ONCE = 50;

  /// The service keeps one of these for a device that it cannot reach: the device then asks for all
  /// that there is.
  private static final String COLLAPSED = "commands_waiting";

  private final ReadyCommands commands;
  private final Push push;
  private final Outcomes outcomes;
  private final Duration resendAfter;
  private final InstantSource clock;

  public PushedCommands(
      ReadyCommands commands,
      Push push,
      Outcomes outcomes,
      Settings settings,
      InstantSource clock) {
    this.commands = commands;
    this.push = push;
    this.outcomes = outcomes;
    this.resendAfter = settings.action().resendAfter();
    this.clock = clock;
  }

  @Override
  public String name() {
    return "dispatch-push";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.COMMAND;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  @Override
  public void run() {
    List<ReadyCommands.ToPush> some;
    do {
      some = push.isOn() ? commands.takePushed(MOST_AT_ONCE) : List.of();
      outcomes.note(sent(some));
    } while (some.size() == MOST_AT_ONCE && !Thread.currentThread().isInterrupted());
  }

  /// A worker that is told to stop waits for what is under way, which the push service bounds.
  private List<Outcome> sent(List<ReadyCommands.ToPush> some) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return some.stream()
          .map(one -> threads.submit((Callable<Outcome>) () -> send(one)))
          .toList()
          .stream()
          .map(PushedCommands::outcome)
          .filter(Objects::nonNull)
          .toList();
    }
  }

  private static Outcome outcome(Future<Outcome> sent) {
    try {
      return sent.get();
    } catch (InterruptedException | ExecutionException failure) {
      throw new IllegalStateException("a push was not finished", failure);
    }
  }

  private Outcome send(ReadyCommands.ToPush one) {
    Map<String, String> data = one.ready().command().toData();
    PushOutcome said =
        push.send(one.token(), data, data.equals(SignedCommand.WAITING) ? COLLAPSED : null);
    return Outcome.pushed(one.ready().delivery(), said, clock.instant(), resendAfter);
  }
}
