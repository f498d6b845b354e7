package dev.muster.agent.core;

import dev.muster.agent.core.CommandResult.Outcome;
import java.io.IOException;

/// Carries commands out as another one does, and has a ping answered by a heartbeat besides: who
/// pings a device wants to know how it is.
final class PingAnswers implements CommandExecutor {
  private final CommandExecutor executor;
  private final HeartbeatLoop heartbeats;

  PingAnswers(CommandExecutor executor, HeartbeatLoop heartbeats) {
    this.executor = executor;
    this.heartbeats = heartbeats;
  }

  @Override
  public CommandResult execute(Command command, Progress progress)
      throws IOException, InterruptedException {
    CommandResult result = executor.execute(command, progress);
    if (command.action().equals("ping") && result.outcome() == Outcome.SUCCESS) {
      heartbeats.answerPing(command.requestId());
    }
    return result;
  }

  @Override
  public boolean mayRepeat(String action) {
    return executor.mayRepeat(action);
  }
}
