package dev.muster.agent.core;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Carries out what its name says: `ping` answers, `sleep` runs until it is interrupted, `break`
/// throws, `overflow` throws an error, `wipe` erases, and `walk` tells how far it is.
final class FakeExecutor implements CommandExecutor {
  final List<String> executed = Collections.synchronizedList(new ArrayList<>());
  final CountDownLatch asleep = new CountDownLatch(1);

  /// Called by whatever runs, in its thread.
  Runnable during = () -> {};

  @Override
  public boolean mayRepeat(String action) {
    return action.equals("ping");
  }

  @Override
  public CommandResult execute(Command command, Progress progress)
      throws IOException, InterruptedException {
    executed.add(command.requestId());
    during.run();
    switch (command.action()) {
      case "sleep" -> {
        asleep.countDown();
        new CountDownLatch(1).await();
      }
      case "break" -> throw new IOException("it broke");
      case "bug" -> throw new IllegalStateException();
      case "overflow" -> throw new StackOverflowError();
      case "wipe" -> {
        return CommandResult.success("erased").leaving();
      }
      case "walk" -> {
        for (int percent = -10; percent <= 110; percent += 10) {
          progress.report(percent, "at " + percent);
        }
      }
      default -> {}
    }
    return CommandResult.success("done");
  }
}
