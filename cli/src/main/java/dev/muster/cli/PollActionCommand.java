package dev.muster.cli;

import dev.muster.cli.fleet.Polling;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster poll-action`: waits for the end of an action.
@Command(
    name = "poll-action",
    description = {
      "Waits for the end of an action and shows how far it is until then. Ends with 0 when it has",
      "completed and with 1 when it has failed. Ctrl-C stops the waiting, not the action."
    },
    footer = {"", "Example:", "  muster poll-action action_1763667000123_42 --interval 0.5"})
final class PollActionCommand implements Callable<Integer> {

  private final Muster muster;

  @Parameters(paramLabel = "ACTION", description = "The action's id.")
  private String id = "";

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "2.0",
      description = "How long to wait between two questions; 2.0 by default.")
  private double interval = 2.0;

  PollActionCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public Integer call() {
    try (var fleet = muster.fleet()) {
      return new Polling(fleet, muster.answers(), id, interval).untilItEnds();
    }
  }
}
