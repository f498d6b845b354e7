package dev.muster.agent.core;

import dev.muster.agent.core.CommandRecord.Stage;
import dev.muster.agent.core.ProgressBoard.Update;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Tells the server what became of commands and how far they are: results first, in order, each
/// until the server has it or will not have it, and for a day at most.
final class ResultCourier {
  /// How long a result is kept, and for how long a command is known again.
  static final Duration KEPT = Duration.ofHours(24);

  private static final Duration TIDIED_EVERY = Duration.ofHours(1);

  private final AgentPorts ports;
  private final CommandStore store;
  private final AgentMemory memory;
  private final Inbox inbox;
  private final ProgressBoard board;
  private final CommandCalls server;
  private final Signals signals;
  private final Backoff backoff;
  private boolean restored;
  private Instant tidiedAt = Instant.EPOCH;

  /// What the courier hears and says.
  ///
  /// @param news rung when there is something to tell
  /// @param line rung when the server may be there again
  /// @param erased called when the device has left
  record Signals(Bell news, Bell line, Runnable erased) {}

  ResultCourier(
      AgentPorts ports,
      CommandStore store,
      AgentMemory memory,
      Inbox inbox,
      ProgressBoard board,
      CommandCalls server,
      Signals signals) {
    this.ports = ports;
    this.store = store;
    this.memory = memory;
    this.inbox = inbox;
    this.board = board;
    this.server = server;
    this.signals = signals;
    this.backoff = new Backoff(ports.random());
  }

  void run() throws InterruptedException {
    while (true) {
      signals.news().take();
      try {
        restore();
        AgentState self = memory.state();
        if (self.deviceId() == null) {
          awaitNews(TIDIED_EVERY);
        } else if (deliverOne(self) || tellProgress(self, self.deviceId())) {
          backoff.reset();
        } else {
          tidy();
          Duration pause = board.pause(now());
          awaitNews(pause == null ? TIDIED_EVERY : pause);
        }
      } catch (CallFailed e) {
        waitAfter(e, e.retryAfter());
      } catch (IOException | RuntimeException e) {
        waitAfter(e, null);
      }
    }
  }

  /// Ends what a crash cut off: the server knows that the device was erased, the agent remembers.
  /// Once it has gone through it does nothing any more.
  void restore() throws IOException {
    if (restored) {
      return;
    }
    for (CommandRecord left : store.unsettled()) {
      if (left.stage() == Stage.LEAVING) {
        leave(left);
      }
    }
    restored = true;
  }

  private void awaitNews(Duration limit) throws InterruptedException {
    ports.clock().await(signals.news(), limit);
  }

  private boolean deliverOne(AgentState self) throws IOException, InterruptedException {
    CommandRecord next = store.nextEnded();
    if (next == null) {
      return false;
    }
    Command command = next.command();
    CommandResult result = Objects.requireNonNull(next.result());
    Instant endedAt = Objects.requireNonNull(next.endedAt());
    if (!command.deviceId().equals(self.deviceId())) {
      dropped(command, "this is another device by now");
    } else if (Duration.between(endedAt, now()).compareTo(KEPT) > 0) {
      dropped(command, "it could not be delivered within 24 hours");
    } else {
      try {
        server.result(self.deviceToken(), command, result, endedAt);
        ports.events().accept(new AgentEvent.ResultDelivered(command.requestId()));
      } catch (CallFailed e) {
        if (!e.isFinal()) {
          throw e;
        }
        dropped(command, CommandRunner.message(e));
      }
    }
    settle(next, result);
    return true;
  }

  private void dropped(Command command, String reason) {
    ports.events().accept(new AgentEvent.ResultDropped(command.requestId(), reason));
  }

  private void settle(CommandRecord told, CommandResult result) throws IOException {
    if (result.leaves()) {
      CommandRecord leaving = told.at(Stage.LEAVING);
      inbox.move(leaving, Stage.LEAVING);
      leave(leaving);
    } else {
      inbox.move(told, Stage.SETTLED);
    }
  }

  private void leave(CommandRecord record) throws IOException {
    String gone = record.command().deviceId();
    memory.erase(gone);
    inbox.move(record, Stage.SETTLED);
    ports.events().accept(new AgentEvent.Erased(gone));
    signals.erased().run();
  }

  private boolean tellProgress(AgentState self, String deviceId)
      throws IOException, InterruptedException {
    Update update = board.take(now());
    if (update == null) {
      return false;
    }
    try {
      if (server.progress(self.deviceToken(), deviceId, update)) {
        inbox.cancel(update.requestId(), deviceId);
      }
    } catch (CallFailed e) {
      // Nobody waits for it; the result will be told all the same.
      if (!e.isFinal()) {
        board.giveBack(update);
        throw e;
      }
    } catch (IOException e) {
      board.giveBack(update);
      throw e;
    }
    return true;
  }

  private void tidy() throws IOException {
    Instant now = now();
    if (Duration.between(tidiedAt, now).compareTo(TIDIED_EVERY) >= 0) {
      store.forgetSettled(now.minus(KEPT));
      tidiedAt = now;
    }
  }

  private void waitAfter(Exception failure, @Nullable Duration asked) throws InterruptedException {
    Duration wait = asked == null ? backoff.next() : asked.plus(backoff.next());
    ports.events().accept(new AgentEvent.CommandsDelayed(CommandRunner.message(failure), wait));
    if (asked == null) {
      signals.line().take();
      ports.clock().await(signals.line(), wait);
    } else {
      ports.clock().sleep(wait);
    }
  }

  private Instant now() {
    return ports.clock().now();
  }
}
