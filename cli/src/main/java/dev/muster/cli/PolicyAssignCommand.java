package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Route;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster policy assign` and `unassign`: puts a policy on devices or groups, or takes it away.
abstract sealed class PolicyAssignCommand implements Runnable {

  private final Muster muster;

  @Parameters(paramLabel = "POLICY", description = "The policy.")
  private String policy = "";

  @ArgGroup(multiplicity = "1")
  private Where where = new Where();

  static final class Where {
    @Option(names = "--device", paramLabel = "DEVICE", description = "A device; may be repeated.")
    private List<String> devices = List.of();

    @Option(names = "--group", paramLabel = "GROUP", description = "A group; may be repeated.")
    private List<String> groups = List.of();
  }

  private PolicyAssignCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    Api api = muster.api();
    for (String device : where.devices) {
      JsonNode answer = change(api, Route.of("/api/devices/{}/assign-policy/{}/", device, policy));
      muster.done(answer, sentence(policy, device));
    }
    for (String group : where.groups) {
      JsonNode answer = change(api, Route.of("/api/groups/{}/assign-policy/{}/", group, policy));
      muster.done(answer, sentence(policy, "group " + group));
    }
  }

  abstract JsonNode change(Api api, Route route);

  abstract String sentence(String policy, String target);

  @Command(
      name = "assign",
      description = "Assigns a policy to devices or to groups.",
      footer = {
        "",
        "Examples:",
        "  muster policy assign kiosk --group kiosks",
        "  muster policy assign kiosk --device lobby-1 --device lobby-2"
      })
  static final class Assign extends PolicyAssignCommand {
    Assign(Muster muster) {
      super(muster);
    }

    @Override
    JsonNode change(Api api, Route route) {
      return api.post(route, null);
    }

    @Override
    String sentence(String policy, String target) {
      return policy + " is assigned to " + target + ".";
    }
  }

  @Command(
      name = "unassign",
      description = "Takes a policy away from devices or from groups.",
      footer = {"", "Example:", "  muster policy unassign kiosk --group kiosks"})
  static final class Unassign extends PolicyAssignCommand {
    Unassign(Muster muster) {
      super(muster);
    }

    @Override
    JsonNode change(Api api, Route route) {
      return api.delete(route);
    }

    @Override
    String sentence(String policy, String target) {
      return policy + " is no longer assigned to " + target + ".";
    }
  }
}
