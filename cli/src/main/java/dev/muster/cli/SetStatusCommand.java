package dev.muster.cli;

import dev.muster.cli.fleet.FleetDevices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `muster set-status`: what a device is said to be doing.
@Command(
    name = "set-status",
    description = "Says what a device is doing. Actions change it by themselves.",
    footer = {"", "Example:", "  muster set-status lobby-1 maintenance"})
final class SetStatusCommand implements Runnable {

  private final Muster muster;

  @Parameters(index = "0", paramLabel = "ID", description = "The device's id.")
  private String id = "";

  @Parameters(
      index = "1",
      paramLabel = "STATUS",
      completionCandidates = FleetCandidates.Statuses.class,
      description = "In any case: ${COMPLETION-CANDIDATES}.")
  private String status = "";

  SetStatusCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    try (var fleet = muster.fleet()) {
      new FleetDevices(fleet, muster.answers()).setStatus(id, status);
    }
  }
}
