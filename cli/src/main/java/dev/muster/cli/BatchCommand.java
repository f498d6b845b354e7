package dev.muster.cli;

import dev.muster.cli.fleet.Batch;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster batch`: one action for many devices.
@Command(
    name = "batch",
    description = {
      "Queues one action for each of many devices: named ones, those of groups, or those that a filter",
      "finds. Answers at once with the id of the batch; the actions follow in the background."
    },
    footer = {
      "",
      "Examples:",
      "  muster batch ping --device lobby-1 lobby-2",
      "  muster batch software_update --group kiosks --params version=2.1.0",
      "  muster batch lock --filter platform=android tag=front",
      "  muster actions --batch BATCH"
    })
final class BatchCommand implements Runnable {

  private final Muster muster;

  @Parameters(
      paramLabel = "TYPE",
      completionCandidates = FleetCandidates.Types.class,
      description = "What is to be done, in any case: ${COMPLETION-CANDIDATES}.")
  private String type = "";

  @ArgGroup(multiplicity = "1")
  private To to = new To();

  @Mixin private OrderOptions how = new OrderOptions();

  BatchCommand(Muster muster) {
    this.muster = muster;
  }

  /// Whom it is for, in one of three ways.
  static final class To {
    @Option(
        names = "--device",
        arity = "1..*",
        paramLabel = "ID",
        description = "These devices: several in a row, and repeatable.")
    private List<String> devices = List.of();

    @Option(
        names = "--group",
        arity = "1..*",
        paramLabel = "GROUP",
        description = "The devices of these groups, by name or id.")
    private List<String> groups = List.of();

    @Option(
        names = "--filter",
        arity = "1..*",
        paramLabel = "KEY=VALUE",
        description =
            "Every device of which all of this is true: search, group, status, platform, type, tag,"
                + " lifecycle.")
    private List<String> filter = List.of();
  }

  @Override
  public void run() {
    try (var fleet = muster.fleet()) {
      new Batch(fleet, muster.answers()).initiate(how.of(type), to.devices, to.groups, to.filter);
    }
  }
}
