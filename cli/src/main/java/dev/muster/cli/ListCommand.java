package dev.muster.cli;

import dev.muster.cli.fleet.FleetDevices;
import picocli.CommandLine.Command;

/// `muster list`: every device and what it is doing.
@Command(
    name = "list",
    description = {
      "Lists every device with what it is doing, in columns that scripts can count on.",
      "Ids are never cut. For filters, see: devices list."
    },
    footer = {"", "Examples:", "  muster list", "  muster list --server fleet.example.com:50051"})
final class ListCommand implements Runnable {

  private final Muster muster;

  ListCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    try (var fleet = muster.fleet()) {
      new FleetDevices(fleet, muster.answers()).list();
    }
  }
}
