package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `muster sync`: what offline sync leaves behind.
@Command(
    name = "sync",
    description = "Cleans up what offline sync leaves behind.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Example:", "  muster sync cleanup --dry-run"})
final class SyncCommand implements Runnable {
  private final Muster muster;

  @Spec private CommandSpec spec = CommandSpec.create();

  SyncCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    spec.commandLine().usage(muster.shell().err());
    throw new Failure.Usage("Which command?");
  }

  @Command(
      description = {
        "Forgets at once what the server forgets by itself within a day: expired",
        "tombstones, old rows of the log, conflicts that were resolved long ago.",
        "For admins."
      },
      footer = {"", "Example:", "  muster sync cleanup --dry-run"})
  void cleanup(@Option(names = "--dry-run", description = "Only count them.") boolean dryRun) {
    JsonNode answer =
        muster.api().post(Route.of("/api/sync/cleanup/"), Muster.object().put("dryRun", dryRun));
    muster.done(
        answer,
        "%s: %d tombstones, %d rows of the log, %d resolved conflicts."
            .formatted(
                dryRun ? "Would be forgotten" : "Forgotten",
                answer.path("tombstones").asLong(),
                answer.path("syncLogs").asLong(),
                answer.path("conflicts").asLong()));
  }
}
