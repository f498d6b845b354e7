package dev.muster.agent.core;

import dev.muster.agent.core.CommandExecutor.Progress;
import dev.muster.agent.core.ProgressBoard.Update;
import java.io.IOException;
import java.time.Duration;

/// Carries out the commands of an inbox, one after the other, until its thread is interrupted.
final class CommandRunner {
  private static final Duration LONG = Duration.ofDays(1);

  private final Inbox inbox;
  private final CommandExecutor executor;
  private final ProgressBoard board;
  private final AgentPorts ports;
  private final Bell work;
  private final Bell news;
  private final Backoff backoff;

  /// @param work rung when something waits
  /// @param news to be rung when there is something to tell the server
  CommandRunner(
      Inbox inbox,
      CommandExecutor executor,
      ProgressBoard board,
      AgentPorts ports,
      Bell work,
      Bell news) {
    this.inbox = inbox;
    this.executor = executor;
    this.board = board;
    this.ports = ports;
    this.work = work;
    this.news = news;
    this.backoff = new Backoff(ports.random());
  }

  void run() throws InterruptedException {
    while (true) {
      work.take();
      try {
        inbox.restore();
        Command next = inbox.begin();
        backoff.reset();
        if (next == null) {
          ports.clock().await(work, LONG);
        } else {
          finish(next, carriedOut(next));
        }
      } catch (IOException | RuntimeException e) {
        waitAfter(e);
      }
    }
  }

  private CommandResult carriedOut(Command command) throws InterruptedException {
    Progress progress =
        (percent, message) -> {
          int whole = Math.max(0, Math.min(100, percent));
          String said = CommandResult.cut(message, CommandResult.LONGEST_MESSAGE);
          board.report(new Update(command.requestId(), whole, said, ports.clock().now()));
          news.ring();
        };
    try {
      CommandResult result = executor.execute(command, progress);
      inbox.over();
      return result;
    } catch (InterruptedException e) {
      if (inbox.over()) {
        return CommandResult.cancelled("cancelled while it ran");
      }
      if (inbox.isClosed()) {
        throw e;
      }
      return CommandResult.failed("it was interrupted");
    } catch (IOException | RuntimeException | Error e) {
      // An Error too: this thread is the only one that carries anything out.
      return inbox.over()
          ? CommandResult.cancelled("cancelled while it ran")
          : CommandResult.failed(message(e));
    }
  }

  /// The result is told when it is in the store and not before: what the server was told once is
  /// what it is told again.
  private void finish(Command command, CommandResult result) throws InterruptedException {
    while (true) {
      try {
        inbox.finish(result);
        break;
      } catch (IOException | RuntimeException e) {
        waitAfter(e);
      }
    }
    board.ended(command.requestId());
    news.ring();
  }

  private void waitAfter(Exception failure) throws InterruptedException {
    Duration wait = backoff.next();
    ports.events().accept(new AgentEvent.StoreFailed(message(failure), wait));
    ports.clock().sleep(wait);
  }

  static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
