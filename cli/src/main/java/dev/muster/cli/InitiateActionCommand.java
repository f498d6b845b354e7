package dev.muster.cli;

import dev.muster.cli.fleet.FleetActions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster initiate-action`: starts an action on a device.
@Command(
    name = "initiate-action",
    description = {
      "Starts an action on a device and prints its id. When one is running there already, it is",
      "refused, unless --queue lets it wait for its turn."
    },
    footer = {
      "",
      "Examples:",
      "  muster initiate-action lobby-1 software_update --params version=2.1.0 channel=stable",
      "  muster initiate-action lobby-1 ping --queue --priority high --ttl 10m"
    })
final class InitiateActionCommand implements Runnable {

  private final Muster muster;

  @Parameters(index = "0", paramLabel = "ID", description = "The device's id.")
  private String id = "";

  @Parameters(
      index = "1",
      paramLabel = "TYPE",
      completionCandidates = FleetCandidates.Types.class,
      description = "What is to be done, in any case: ${COMPLETION-CANDIDATES}.")
  private String type = "";

  @Option(
      names = "--queue",
      description = "Wait for its turn when an action is running on the device.")
  private boolean queue;

  @Mixin private OrderOptions how = new OrderOptions();

  InitiateActionCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    try (var fleet = muster.fleet()) {
      new FleetActions(fleet, muster.answers()).initiate(id, how.of(type), queue);
    }
  }
}
