package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Platform;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster devices`: the registry.
@Command(
    name = "devices",
    description =
        "Lists devices, shows one, registers, changes, deactivates, retires or erases one.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Examples:", "  muster devices --search lobby", "  muster devices --state STALE"})
final class DevicesCommand implements Runnable {

  private final Muster muster;

  @Mixin private Which which = new Which();

  DevicesCommand(Muster muster) {
    this.muster = muster;
  }

  /// Which devices are listed. States are the verdicts of compliance, so `--state` asks another
  /// list of the server, which does not search.
  static final class Which {
    @Option(
        names = "--state",
        paramLabel = "STATE",
        description = "Only devices in this state: ${COMPLETION-CANDIDATES}.")
    private @Nullable ComplianceState state;

    @Option(
        names = "--search",
        paramLabel = "TEXT",
        description = "Only devices whose name or id begins so. Not together with --state.")
    private @Nullable String search;

    @Option(
        names = "--group",
        paramLabel = "GROUP",
        description = "Only devices of this group. Not together with --state.")
    private @Nullable String group;

    @Option(
        names = "--lifecycle",
        paramLabel = "STATE",
        description =
            "Only devices that are ACTIVE, DEACTIVATED or RETIRED; without it, all but the retired.")
    private @Nullable String lifecycle;

    @Option(names = "--status", paramLabel = "STATUS", description = "Only with this status.")
    private @Nullable String status;

    @Option(
        names = "--platform",
        paramLabel = "PLATFORM",
        description = "Only of this platform: ${COMPLETION-CANDIDATES}.")
    private @Nullable Platform platform;

    @Option(names = "--type", paramLabel = "TYPE", description = "Only of this type.")
    private @Nullable String type;

    @Option(names = "--tag", paramLabel = "TAG", description = "Only with this tag; repeatable.")
    private List<String> tags = List.of();

    @Option(names = "--model", paramLabel = "MODEL", description = "Only of this model.")
    private @Nullable String model;

    @Option(names = "--os-version", paramLabel = "VERSION", description = "Only with this system.")
    private @Nullable String osVersion;

    @Option(
        names = "--agent-version",
        paramLabel = "VERSION",
        description = "Only with this agent.")
    private @Nullable String agentVersion;

    @Option(
        names = "--attr",
        paramLabel = "KEY=VALUE",
        description = "Only with this attribute; repeatable.")
    private Map<String, String> attributes = Map.of();

    @Option(
        names = "--order",
        paramLabel = "ORDER",
        description =
            "name, created_at or device_id, with - before it for the other way: --order=-name.")
    private @Nullable String order;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "50",
        description = "At most this many rows; 50 by default.")
    private int limit = 50;

    private Route route() {
      Route route =
          Route.of("/api/devices/")
              .with("search", search)
              .with("group", group)
              .with("lifecycle", lifecycle == null ? null : lifecycle.toUpperCase(Locale.ROOT))
              .with("status", status == null ? null : status.toUpperCase(Locale.ROOT))
              .with("platform", platform)
              .with("type", type)
              .with("model", model)
              .with("os_version", osVersion)
              .with("agent_version", agentVersion);
      for (String tag : tags) {
        route = route.with("tag", tag);
      }
      for (Map.Entry<String, String> attribute : attributes.entrySet()) {
        route = route.with("attribute." + attribute.getKey(), attribute.getValue());
      }
      return route.with("ordering", order);
    }
  }

  @Override
  public void run() {
    list(which);
  }

  @Command(
      description = "Lists devices: the same as devices without a command.",
      footer = {"", "Example:", "  muster devices list --group kiosks"})
  void list(@Mixin Which which) {
    if (which.state != null) {
      if (!which.route().equals(Route.of("/api/devices/"))) {
        throw new Failure.Usage("--state can be combined with --limit only.");
      }
      new ComplianceCommand(muster).list(which.state, which.limit);
      return;
    }
    muster.show(
        muster.api().list(which.route(), which.limit),
        devices -> {
          var table = new Table("DEVICE", "NAME", "PLATFORM", "STATUS", "GROUPS", "REGISTERED");
          for (JsonNode device : devices.path("results")) {
            table.row(
                Cells.text(device, "device_id"),
                Cells.text(device, "name"),
                Cells.text(device, "platform"),
                standing(device),
                Cells.text(device, "groups"),
                Times.ago(device.path("created_at"), muster.now()));
          }
          return table;
        });
  }

  /// The status of a device that takes part, else why it does not.
  private static String standing(JsonNode device) {
    String lifecycle = device.path("lifecycle").asText("ACTIVE");
    return lifecycle.equals("ACTIVE") ? Cells.text(device, "status") : lifecycle;
  }

  @Command(
      aliases = "get",
      description = "Shows a device: what it should be, what it is, and where the two differ.",
      footer = {"", "Example:", "  muster devices show lobby-1"})
  void show(@Parameters(paramLabel = "DEVICE", description = "Its id.") String device) {
    Api api = muster.api();
    ObjectNode all = Muster.object();
    all.set("device", api.get(Route.of("/api/devices/{}/", device)));
    all.set("status", api.get(Route.of("/devices/{}/status", device)));
    all.set("policies", api.get(Route.of("/api/devices/{}/policies/", device)));
    muster.show(all, this::sheet);
    if (!muster.json()) {
      settings(all.path("status")).lines().forEach(muster.shell().out()::println);
    }
  }

  private Table sheet(JsonNode all) {
    JsonNode device = all.path("device");
    JsonNode status = all.path("status");
    JsonNode report = status.path("lastReport");
    var policies =
        all.path("policies")
            .path("results")
            .valueStream()
            .map(row ->
                Cells.first(row, "policy_name", "policy", "policy_id")
                    + " ("
                    + Cells.text(row, "status")
                    + ")")
            .toList();
    return new Table("DEVICE", Table.printable(Cells.text(device, "device_id")))
        .row("Name", Cells.text(device, "name"))
        .row("Platform", Cells.text(device, "platform"))
        .row("Status", Cells.text(device, "status"))
        .row("Lifecycle", Cells.text(device, "lifecycle"))
        .row("Tags", Cells.text(device, "tags"))
        .row("Attributes", attributes(device))
        .row("Groups", Cells.text(device, "groups"))
        .row("Policies", policies.isEmpty() ? "-" : String.join(", ", policies))
        .row("State", Cells.text(status, "state"))
        .row("Desired version", Cells.text(status.path("desired"), "version"))
        .row("Reported version", Cells.text(report, "appliedPolicyVersion"))
        .row("Last report", Times.ago(report.path("reportedAt"), muster.now()))
        .row("Drift", Cells.drift(status.path("drift")))
        .row("", "");
  }

  private static String attributes(JsonNode device) {
    var attributes =
        device.path("attributes").properties().stream()
            .map(attribute -> attribute.getKey() + "=" + attribute.getValue().asText())
            .toList();
    return attributes.isEmpty() ? "-" : String.join(", ", attributes);
  }

  private static Table settings(JsonNode status) {
    var table = new Table("SETTING", "DESIRED", "REPORTED");
    JsonNode reported = status.path("lastReport").path("settings");
    for (var setting : status.path("desired").path("settings").properties()) {
      table.row(
          setting.getKey(),
          Cells.text(setting.getValue()),
          Cells.observed(reported.path(setting.getKey())));
    }
    return table;
  }

  @Command(
      description = "Registers a device by hand. Devices that enroll register themselves.",
      footer = {"", "Example:", "  muster devices register --name \"Lobby 1\" --id lobby-1"})
  void register(
      @Option(names = "--name", required = true, paramLabel = "NAME", description = "Its name.")
          String name,
      @Option(
              names = "--id",
              paramLabel = "ID",
              description =
                  "Its id: 1 to 128 of A-Z a-z 0-9 . _ : - (default: made by the server).")
          @Nullable String id,
      @Option(
              names = "--platform",
              paramLabel = "PLATFORM",
              description = "${COMPLETION-CANDIDATES}.")
          @Nullable Platform platform,
      @Option(names = "--type", paramLabel = "TYPE", description = "Its type, any word.")
          @Nullable String type,
      @Option(names = "--group", paramLabel = "GROUP", description = "A group that it joins.")
          @Nullable List<String> groups,
      @Option(names = "--tag", paramLabel = "TAG", description = "A tag.")
          @Nullable List<String> tags) {
    ObjectNode body = Muster.object().put("name", name);
    if (id != null) {
      body.put("device_id", id);
    }
    if (platform != null) {
      body.put("platform", platform.name());
    }
    if (type != null) {
      body.put("type", type);
    }
    if (groups != null) {
      groups.forEach(body.putArray("groups")::add);
    }
    if (tags != null) {
      tags.forEach(body.putArray("tags")::add);
    }
    JsonNode device = muster.api().post(Route.of("/api/devices/"), body);
    muster.done(device, "Device " + Cells.text(device, "device_id") + " is registered.");
  }

  @Command(
      description = "Locks a device out until it is activated again.",
      footer = {"", "Example:", "  muster devices deactivate lobby-1"})
  void deactivate(@Parameters(paramLabel = "DEVICE", description = "Its id.") String device) {
    move(device, "deactivate", "is deactivated; its calls are refused until it is activated.");
  }

  @Command(
      description = "Lets a deactivated device in again.",
      footer = {"", "Example:", "  muster devices activate lobby-1"})
  void activate(@Parameters(paramLabel = "DEVICE", description = "Its id.") String device) {
    move(device, "activate", "is active.");
  }

  @Command(
      description = {
        "Takes a device out of the fleet for good. It leaves its groups and policies, and its tokens",
        "are revoked; what is known of it can still be read. Asks first, unless --yes is given."
      },
      footer = {"", "Example:", "  muster devices retire lobby-1 --yes"})
  void retire(
      @Parameters(paramLabel = "DEVICE", description = "Its id.") String device,
      @Mixin Confirmation confirmation) {
    confirmation.require(muster.shell(), "Device " + device + " is retired for good.", device);
    move(device, "retire", "is retired.");
  }

  private void move(String device, String verb, String outcome) {
    JsonNode row = muster.api().post(Route.of("/api/devices/{}/" + verb + "/", device), null);
    muster.done(row, "Device " + Cells.text(row, "device_id") + " " + outcome);
  }

  @Command(
      description = "Shows what happened to a device, newest first, and who did it.",
      footer = {
        "",
        "Examples:",
        "  muster devices events lobby-1",
        "  muster devices events lobby-1 --kind CHANGED --from 2026-11-01T00:00:00Z"
      })
  void events(
      @Parameters(paramLabel = "DEVICE", description = "Its id.") String device,
      @Option(names = "--kind", paramLabel = "KIND", description = "Only events of this kind.")
          @Nullable String kind,
      @Option(names = "--from", paramLabel = "TIME", description = "The earliest time wanted.")
          @Nullable String from,
      @Option(names = "--to", paramLabel = "TIME", description = "The first time that is too late.")
          @Nullable String to,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    Route route =
        Route.of("/api/devices/{}/events/", device)
            .with("kind", kind == null ? null : kind.toUpperCase(Locale.ROOT))
            .with("from", from)
            .with("to", to);
    muster.show(
        muster.api().list(route, limit),
        events -> {
          var table = new Table("WHEN", "WHAT", "WHO", "DETAILS", "REQUEST");
          for (JsonNode event : events.path("results")) {
            table.row(
                Times.ago(event.path("at"), muster.now()),
                Cells.text(event, "kind"),
                Cells.first(event.path("actor"), "name", "id", "kind"),
                event.path("body").isEmpty() ? "-" : event.path("body").toString(),
                Cells.text(event, "request_id"));
          }
          return table;
        });
  }

  @Command(
      description = "Erases a device with all that is known of it, for good.",
      footer = {"", "Example:", "  muster devices erase lobby-1"})
  void erase(
      @Parameters(paramLabel = "DEVICE", description = "Its id.") String device,
      @Mixin Confirmation confirmation) {
    confirmation.require(
        muster.shell(), "Device " + device + " goes, with all that it has reported.", device);
    JsonNode answer = muster.api().delete(Route.of("/api/devices/{}/", device));
    muster.done(answer, "Device " + device + " is erased.");
  }
}
