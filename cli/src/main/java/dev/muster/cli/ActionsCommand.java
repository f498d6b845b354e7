package dev.muster.cli;

import dev.muster.cli.fleet.ActionList;
import dev.muster.cli.fleet.FleetActions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster actions`: what was asked of devices, and what became of it.
@Command(
    name = "actions",
    description = "Lists actions, newest first, shows one whole, cancels one, does one again.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {
      "",
      "Examples:",
      "  muster actions --state pending --state running",
      "  muster actions --device lobby-1"
    })
final class ActionsCommand implements Runnable {

  private final Muster muster;

  @Mixin private Which which = new Which();

  ActionsCommand(Muster muster) {
    this.muster = muster;
  }

  /// Which actions are listed.
  static final class Which {
    @Option(names = "--device", paramLabel = "ID", description = "Only of this device.")
    private @Nullable String device;

    @Option(
        names = "--state",
        paramLabel = "STATE",
        completionCandidates = FleetCandidates.States.class,
        description = "Only in this state, repeatable: ${COMPLETION-CANDIDATES}.")
    private List<String> states = List.of();

    @Option(
        names = "--type",
        paramLabel = "TYPE",
        completionCandidates = FleetCandidates.Types.class,
        description = "Only of this type: ${COMPLETION-CANDIDATES}.")
    private @Nullable String type;

    @Option(names = "--batch", paramLabel = "BATCH", description = "Only of this batch.")
    private @Nullable String batch;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "50",
        description = "At most this many rows; 50 by default.")
    private int limit = 50;
  }

  @Override
  public void run() {
    list(which);
  }

  @Command(
      description = "Lists actions: the same as actions without a command.",
      footer = {
        "",
        "Example:",
        "  muster actions list --batch 0192f3c1-0000-7000-8000-000000000001"
      })
  void list(@Mixin Which which) {
    var wanted = new ActionList.Which(which.device, which.states, which.type, which.batch);
    try (var fleet = muster.fleet()) {
      new ActionList(fleet, muster.answers()).list(wanted, which.limit);
    }
  }

  @Command(
      description = "Shows an action whole: also what it waits for and what will happen next.",
      footer = {"", "Example:", "  muster actions show action_1763667000123_42"})
  void show(@Parameters(paramLabel = "ACTION", description = "Its id.") String id) {
    try (var fleet = muster.fleet()) {
      new ActionList(fleet, muster.answers()).show(id);
    }
  }

  @Command(
      description = {
        "Cancels an action that has not ended; a device that is at it is told. Ends with 1 when it",
        "had ended before."
      },
      footer = {
        "",
        "Example:",
        "  muster actions cancel action_1763667000123_42 --reason \"wrong site\""
      })
  int cancel(
      @Parameters(paramLabel = "ACTION", description = "Its id.") String id,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              description = "Why, for people; at most 200 characters.")
          @Nullable String reason) {
    try (var fleet = muster.fleet()) {
      return new FleetActions(fleet, muster.answers()).cancel(id, reason);
    }
  }

  @Command(
      description = "Does an action again that has ended, as a new one.",
      footer = {"", "Example:", "  muster actions retry action_1763667000123_42"})
  void retry(
      @Parameters(paramLabel = "ACTION", description = "Its id.") String id,
      @Option(
              names = "--client-token",
              paramLabel = "TOKEN",
              description = "The same token again is the same retry.")
          @Nullable String clientToken) {
    try (var fleet = muster.fleet()) {
      new FleetActions(fleet, muster.answers()).retry(id, clientToken);
    }
  }
}
