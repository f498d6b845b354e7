package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Route;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster policy`: policies, their versions, and where they go. A policy is named by its name, its
/// id, or `defaults` for the organization's defaults.
@Command(
    name = "policy",
    description = {
      "Makes policies, changes what they ask for, and assigns them.",
      "POLICY is a name, an id, or defaults: the settings that every device starts from."
    },
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Example:", "  muster policy set kiosk cameraDisabled=false"})
final class PolicyCommand implements Runnable {

  enum Type {
    PASSCODE,
    WIFI,
    RESTRICTIONS,
    APPS,
    KIOSK,
    UPDATES,
    CUSTOM
  }

  private final Muster muster;

  PolicyCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    list(50);
  }

  @Command(
      description = "Lists the policies.",
      footer = {"", "Example:", "  muster policy list"})
  void list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/policies/"), limit),
        policies -> {
          var table = new Table("POLICY", "TYPE", "VERSION", "PRIORITY", "CREATED", "ID");
          for (JsonNode policy : policies.path("results")) {
            table.row(
                Cells.text(policy, "name"),
                Cells.text(policy, "type"),
                current(policy),
                Cells.text(policy, "priority"),
                Times.ago(policy.path("created_at"), muster.now()),
                Cells.text(policy, "id"));
          }
          return table;
        });
  }

  @Command(
      description = "Makes a policy. It asks for nothing until a version is published.",
      footer = {"", "Example:", "  muster policy create kiosk --type RESTRICTIONS"})
  void create(
      @Parameters(paramLabel = "NAME", description = "Its name.") String name,
      @Option(
              names = "--type",
              required = true,
              paramLabel = "TYPE",
              description = "${COMPLETION-CANDIDATES}. CUSTOM takes any settings.")
          Type type,
      @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
          @Nullable String description,
      @Option(
              names = "--priority",
              paramLabel = "N",
              description = "0 to 1000, 100 by default; where two policies differ the higher wins.")
          @Nullable Integer priority) {
    ObjectNode body = Muster.object().put("name", name).put("type", type.name());
    if (description != null) {
      body.put("description", description);
    }
    if (priority != null) {
      body.put("priority", priority);
    }
    JsonNode policy = muster.api().post(Route.of("/api/policies/"), body);
    muster.done(
        policy,
        "Policy " + name + " is made. Give it settings: muster policy set " + name + " KEY=VALUE");
  }

  @Command(
      description = "Shows a policy and the settings of its current version.",
      footer = {"", "Example:", "  muster policy show kiosk"})
  void show(@Parameters(paramLabel = "POLICY", description = "The policy.") String name) {
    Api api = muster.api();
    JsonNode policy = api.get(Route.of("/api/policies/{}/", name));
    Optional<JsonNode> version =
        api.list(Route.of("/api/policies/{}/versions/", name), Integer.MAX_VALUE)
            .path("results")
            .valueStream()
            .filter(row -> row.path("is_current").asBoolean())
            .findFirst();
    if (muster.json()) {
      version.ifPresent(row -> ((ObjectNode) policy).set("current", row));
    }
    muster.show(policy, shown -> sheet(shown, version));
  }

  private Table sheet(JsonNode policy, Optional<JsonNode> version) {
    var table =
        new Table("POLICY", Table.printable(Cells.text(policy, "name")))
            .row("Type", Cells.text(policy, "type"))
            .row("Priority", Cells.text(policy, "priority"))
            .row("Description", Cells.text(policy, "description"))
            .row("Id", Cells.text(policy, "id"))
            .row("Version", current(policy));
    version.ifPresent(row -> {
      table.row("Published", Times.ago(row.path("created_at"), muster.now()));
      row.path("payload")
          .properties()
          .forEach(setting -> table.row("  " + setting.getKey(), Cells.text(setting.getValue())));
    });
    return table;
  }

  /// The number of the current version, whether the server gives a number, an object or nothing.
  private static String current(JsonNode policy) {
    JsonNode current = policy.path("current_version");
    return Cells.text(current.isObject() ? current.path("version") : current);
  }

  @Command(
      description = "Lists the versions of a policy. Versions never change.",
      footer = {"", "Example:", "  muster policy versions kiosk"})
  void versions(
      @Parameters(paramLabel = "POLICY", description = "The policy.") String name,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/policies/{}/versions/", name), limit),
        versions -> {
          var table = new Table("VERSION", "CURRENT", "PUBLISHED", "COMMENT", "SETTINGS");
          for (JsonNode version : versions.path("results")) {
            table.row(
                Cells.text(version, "version"),
                version.path("is_current").asBoolean() ? "yes" : "",
                Times.ago(version.path("created_at"), muster.now()),
                Cells.text(version, "comment"),
                Cells.text(version, "payload"));
          }
          return table;
        });
  }

  @Command(
      description = "Makes an earlier version current again.",
      footer = {"", "Example:", "  muster policy rollback kiosk 1"})
  void rollback(
      @Parameters(paramLabel = "POLICY", description = "The policy.") String name,
      @Parameters(paramLabel = "VERSION", description = "The number of the version, or its id.")
          String version) {
    JsonNode answer =
        muster.api().post(Route.of("/api/policies/{}/rollback/{}/", name, version), null);
    muster.done(answer, name + " is back at version " + version + ". Its devices are being woken.");
  }

  @Command(
      description = "Lists the deliveries of a policy to devices.",
      footer = {"", "Example:", "  muster policy jobs kiosk"})
  void jobs(
      @Parameters(paramLabel = "POLICY", description = "The policy.") String name,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/policies/{}/jobs/", name), limit),
        jobs -> {
          var table = new Table("DEVICE", "STATUS", "STARTED", "FINISHED", "ERROR");
          for (JsonNode job : jobs.path("results")) {
            table.row(
                Cells.text(job, "device_id"),
                Cells.text(job, "status"),
                Times.ago(job.path("started_at"), muster.now()),
                Times.ago(job.path("finished_at"), muster.now()),
                Cells.text(job, "error"));
          }
          return table;
        });
  }

  @Command(
      description = "Lists where a policy is assigned.",
      footer = {"", "Example:", "  muster policy assignments kiosk"})
  void assignments(
      @Parameters(paramLabel = "POLICY", description = "The policy.") String name,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/policies/{}/assignments/", name), limit),
        assignments -> {
          var table = new Table("DEVICE", "GROUP", "STATUS", "ASSIGNED");
          for (JsonNode assignment : assignments.path("results")) {
            table.row(
                Cells.text(assignment, "device_id"),
                Cells.text(assignment, "group"),
                Cells.text(assignment, "status"),
                Times.ago(assignment.path("assigned_at"), muster.now()));
          }
          return table;
        });
  }

  @Command(
      description = "Archives a policy that is assigned nowhere. Its versions are kept.",
      footer = {"", "Example:", "  muster policy archive kiosk"})
  void archive(@Parameters(paramLabel = "POLICY", description = "The policy.") String name) {
    JsonNode answer = muster.api().post(Route.of("/api/policies/{}/archive/", name), null);
    muster.done(answer, name + " is archived.");
  }
}
