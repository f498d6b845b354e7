package dev.muster.cli;

import dev.muster.cli.fleet.FleetDevices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `muster get-info`: one device and what it is doing.
@Command(
    name = "get-info",
    description = "Shows a device and the action that is running on it. Times are UTC.",
    footer = {"", "Example:", "  muster get-info lobby-1"})
final class GetInfoCommand implements Runnable {

  private final Muster muster;

  @Parameters(paramLabel = "ID", description = "Its id.")
  private String id = "";

  GetInfoCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    try (var fleet = muster.fleet()) {
      new FleetDevices(fleet, muster.answers()).show(id);
    }
  }
}
