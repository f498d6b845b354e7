package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster alerts`: what is wrong with devices, and the rules that say what counts as wrong.
@Command(
    name = "alerts",
    description = "Lists alerts, newest first, acknowledges one, shows and sets rules.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Example:", "  muster alerts --state firing"})
final class AlertsCommand implements Runnable {

  private final Muster muster;

  @Mixin private Which which = new Which();

  AlertsCommand(Muster muster) {
    this.muster = muster;
  }

  /// Which alerts are listed.
  static final class Which {
    @Option(names = "--state", paramLabel = "STATE", description = "Only firing, or recovered.")
    private @Nullable String state;

    @Option(
        names = "--kind",
        paramLabel = "KIND",
        description =
            "Only of this kind: offline, low_battery, app_down, non_compliant, stale,"
                + " action_failed, archive_failed, job_dead, disk_low.")
    private @Nullable String kind;

    @Option(
        names = "--severity",
        paramLabel = "SEVERITY",
        description = "Only info, warning or critical.")
    private @Nullable String severity;

    @Option(names = "--device", paramLabel = "ID", description = "Only of this device.")
    private @Nullable String device;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "50",
        description = "At most this many rows; 50 by default.")
    private int limit = 50;
  }

  /// The task that each alert of a rule opens.
  static final class OpenedTask {
    @Option(
        names = "--task",
        paramLabel = "PRIORITY",
        description = "Open a task about the device: low, medium, high or urgent.")
    private @Nullable String priority;

    @Option(names = "--task-for", paramLabel = "ID", description = "Who is to do it.")
    private @Nullable String assignee;

    @Option(names = "--task-project", paramLabel = "ID", description = "Its project.")
    private @Nullable String project;

    private void addTo(ObjectNode body) {
      if (priority == null) {
        if (assignee != null || project != null) {
          throw new Failure.Usage("Say how urgent the task is: --task PRIORITY");
        }
        return;
      }
      ObjectNode task = body.putObject("open_task").put("priority", priority);
      if (assignee != null) {
        task.put("assigned_to", assignee);
      }
      if (project != null) {
        task.put("project", project);
      }
    }
  }

  @Override
  public void run() {
    list(which);
  }

  @Command(
      description = "Lists alerts: the same as alerts without a command.",
      footer = {"", "Example:", "  muster alerts list --kind low_battery --state firing"})
  void list(@Mixin Which wanted) {
    Route route =
        Route.of("/api/alerts/")
            .with("state", wanted.state)
            .with("kind", wanted.kind)
            .with("severity", wanted.severity)
            .with("device", wanted.device);
    muster.show(
        muster.api().list(route, wanted.limit),
        alerts -> {
          var table =
              new Table("SEVERITY", "KIND", "DEVICE", "RAISED", "RECOVERED", "SEEN", "WHAT", "ID");
          for (JsonNode alert : alerts.path("results")) {
            table.row(
                Cells.text(alert, "severity"),
                Cells.text(alert, "kind"),
                Cells.text(alert, "device_id"),
                Times.ago(alert.path("raised_at"), muster.now()),
                Times.ago(alert.path("recovered_at"), muster.now()),
                Times.ago(alert.path("acknowledged_at"), muster.now()),
                Cells.text(alert, "summary"),
                Cells.text(alert, "id"));
          }
          return table;
        });
  }

  @Command(
      description = "Says that somebody takes care of an alert.",
      footer = {"", "Example:", "  muster alerts ack 0192f3c1-0000-7000-8000-000000000001"})
  void ack(@Parameters(paramLabel = "ALERT", description = "Its id.") String id) {
    muster.done(
        muster.api().post(Route.of("/api/alerts/{}/acknowledge/", id), null),
        "Acknowledged " + id + ".");
  }

  @Command(
      description = {
        "Lists the rules; with a kind, sets its rule for all devices or for a group.",
        "What is not said is as by default: setting a rule replaces the whole of it."
      },
      footer = {
        "",
        "Examples:",
        "  muster alerts rules",
        "  muster alerts rules offline --group kiosks --threshold 300 --severity critical",
        "  muster alerts rules low_battery --enabled false",
        "  muster alerts rules app_down --task urgent",
        "  muster alerts rules offline --group kiosks --reset"
      })
  void rules(
      @Parameters(
              paramLabel = "KIND",
              arity = "0..1",
              description = "The kind of the rule that is set.")
          @Nullable String kind,
      @Option(
              names = "--group",
              paramLabel = "GROUP",
              description = "For the devices of this group, by name or id.")
          @Nullable String group,
      @Option(
              names = "--enabled",
              arity = "1",
              paramLabel = "true|false",
              description = "Whether it raises alerts.")
          @Nullable Boolean enabled,
      @Option(
              names = "--severity",
              paramLabel = "SEVERITY",
              description = "info, warning or critical.")
          @Nullable String severity,
      @Option(
              names = "--threshold",
              paramLabel = "N",
              description = "Seconds, percent or times, as the list says.")
          @Nullable Integer threshold,
      @Option(
              names = "--cooldown",
              paramLabel = "DURATION",
              description = "No second alert of a device within this, such as 30m.")
          @Nullable String cooldown,
      @Option(
              names = "--remedies",
              paramLabel = "N",
              description =
                  "Try to help, so often a day at the most: offline is pinged, app_down is"
                      + " started.")
          @Nullable Integer remedies,
      @Mixin OpenedTask task,
      @Option(names = "--reset", description = "Go back to what holds without this rule.")
          boolean reset) {
    ObjectNode body = Muster.object();
    task.addTo(body);
    if (kind == null) {
      if (reset
          || group != null
          || enabled != null
          || severity != null
          || threshold != null
          || cooldown != null
          || remedies != null
          || !body.isEmpty()) {
        throw new Failure.Usage("Say which rule: muster alerts rules KIND …");
      }
      show(muster.api().get(Route.of("/api/alerts/rules/")));
      return;
    }
    Route route = Route.of("/api/alerts/rules/{}/", kind).with("group", group);
    if (reset) {
      muster.done(
          muster.api().delete(route),
          "The rule " + kind.toLowerCase(Locale.ROOT) + " is what it is by default.");
      return;
    }
    if (enabled != null) {
      body.put("enabled", enabled);
    }
    if (severity != null) {
      body.put("severity", severity);
    }
    if (threshold != null) {
      body.put("threshold", threshold);
    }
    if (cooldown != null) {
      body.put("cooldown_seconds", Times.duration(cooldown).toSeconds());
    }
    if (remedies != null) {
      body.put("remediate", true).put("remedies_per_day", remedies);
    }
    show(muster.api().put(route, body));
  }

  private void show(JsonNode answer) {
    muster.show(
        answer,
        rules -> {
          var table =
              new Table(
                  "KIND",
                  "GROUP",
                  "ON",
                  "SEVERITY",
                  "THRESHOLD",
                  "UNIT",
                  "COOLDOWN",
                  "REMEDIES",
                  "TASK");
          for (JsonNode rule : rules) {
            table.row(
                Cells.text(rule, "kind"),
                Cells.first(rule, "group_name", "group"),
                Cells.text(rule, "enabled"),
                Cells.text(rule, "severity"),
                Cells.text(rule, "threshold"),
                Cells.text(rule, "unit"),
                Cells.text(rule, "cooldown_seconds") + " s",
                rule.path("remediate").asBoolean()
                    ? Cells.text(rule, "remedies_per_day") + " a day"
                    : "-",
                rule.path("open_task").isObject() ? "opened" : "-");
          }
          return table;
        });
  }
}
