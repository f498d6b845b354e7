package dev.muster.cli;

import dev.muster.cli.fleet.FleetDevices;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster register`: a device under an id of the caller's choice.
@Command(
    name = "register",
    description = "Registers a device under an id of your choice. See also: devices import.",
    footer = {
      "",
      "Examples:",
      "  muster register till-7",
      "  muster register lobby-1 --name \"Lobby 1\" --type kiosk --status maintenance"
    })
final class RegisterCommand implements Runnable {

  private final Muster muster;

  @Parameters(
      paramLabel = "ID",
      description = "Its id: 1 to 128 of A-Z a-z 0-9 . _ : - and not of a UUID's form.")
  private String id = "";

  @Option(names = "--name", paramLabel = "NAME", description = "What people call it.")
  private @Nullable String name;

  @Option(names = "--type", paramLabel = "TYPE", description = "What kind it is, any word.")
  private @Nullable String type;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      completionCandidates = FleetCandidates.Statuses.class,
      description = "What it is doing: ${COMPLETION-CANDIDATES}. Default: IDLE.")
  private @Nullable String status;

  RegisterCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    try (var fleet = muster.fleet()) {
      new FleetDevices(fleet, muster.answers()).register(id, name, type, status);
    }
  }
}
