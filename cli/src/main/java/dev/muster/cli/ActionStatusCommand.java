package dev.muster.cli;

import dev.muster.cli.fleet.FleetActions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `muster action-status`: how far an action is.
@Command(
    name = "action-status",
    description = {
      "Shows how far an action is. Times are UTC.",
      "What it waits for and what will happen next: actions show."
    },
    footer = {"", "Example:", "  muster action-status action_1763667000123_42"})
final class ActionStatusCommand implements Runnable {

  private final Muster muster;

  @Parameters(paramLabel = "ACTION", description = "The action's id.")
  private String id = "";

  ActionStatusCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    try (var fleet = muster.fleet()) {
      new FleetActions(fleet, muster.answers()).show(id);
    }
  }
}
