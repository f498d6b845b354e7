package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.client.Route;
import dev.muster.protocol.ComplianceState;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `muster compliance`: how many devices are what they should be, and which are not.
@Command(
    name = "compliance",
    description = "Counts devices by state; lists them with what differs.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Examples:", "  muster compliance", "  muster compliance list --state STALE"})
final class ComplianceCommand implements Runnable {

  private final Muster muster;

  ComplianceCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    summary();
  }

  @Command(
      description = "Counts devices by state: the same as compliance without a command.",
      footer = {"", "Example:", "  muster compliance summary --output json"})
  void summary() {
    muster.show(
        muster.api().get(Route.of("/api/compliance/summary/")),
        summary -> {
          var table = new Table("STATE", "DEVICES");
          for (ComplianceState state : ComplianceState.values()) {
            table.row(state, summary.path("counts").path(state.name()).asLong());
          }
          return table.row("all", summary.path("total").asLong());
        });
  }

  @Command(
      description = "Lists devices with their state and what differs.",
      footer = {"", "Example:", "  muster compliance list --state NON_COMPLIANT"})
  void list(
      @Option(
              names = "--state",
              paramLabel = "STATE",
              description = "Only devices in this state: ${COMPLETION-CANDIDATES}.")
          @Nullable ComplianceState state,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/compliance/devices/").with("state", state), limit),
        devices -> {
          var table =
              new Table("DEVICE", "NAME", "STATE", "DESIRED", "REPORTED", "REPORT", "DRIFT");
          for (JsonNode device : devices.path("results")) {
            table.row(
                Cells.text(device, "device_id"),
                Cells.text(device, "name"),
                Cells.text(device, "state"),
                Cells.text(device, "desired_version"),
                Cells.text(device, "reported_version"),
                Times.ago(device.path("reported_at"), muster.now()),
                Cells.drift(device.path("drift")));
          }
          return table;
        });
  }
}
