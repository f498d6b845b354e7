package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Platform;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster devices`: the registry.
@Command(
    name = "devices",
    description = "Lists devices, shows one, registers one.",
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
        description = "Only devices whose id or name has this text. Not together with --state.")
    private @Nullable String search;

    @Option(
        names = "--group",
        paramLabel = "GROUP",
        description = "Only devices of this group. Not together with --state.")
    private @Nullable String group;

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
      description = "Lists devices: the same as devices without a command.",
      footer = {"", "Example:", "  muster devices list --group kiosks"})
  void list(@Mixin Which which) {
    if (which.state != null) {
      if (which.search != null || which.group != null) {
        throw new Failure.Usage("--state cannot be combined with --search or --group.");
      }
      new ComplianceCommand(muster).list(which.state, which.limit);
      return;
    }
    Route route = Route.of("/api/devices/").with("search", which.search).with("group", which.group);
    muster.show(
        muster.api().list(route, which.limit),
        devices -> {
          var table = new Table("DEVICE", "NAME", "PLATFORM", "STATUS", "GROUPS", "REGISTERED");
          for (JsonNode device : devices.path("results")) {
            table.row(
                Cells.text(device, "device_id"),
                Cells.text(device, "name"),
                Cells.text(device, "platform"),
                Cells.text(device, "status"),
                Cells.text(device, "groups"),
                Times.ago(device.path("created_at"), muster.now()));
          }
          return table;
        });
  }

  @Command(
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
        .row("Groups", Cells.text(device, "groups"))
        .row("Policies", policies.isEmpty() ? "-" : String.join(", ", policies))
        .row("State", Cells.text(status, "state"))
        .row("Desired version", Cells.text(status.path("desired"), "version"))
        .row("Reported version", Cells.text(report, "appliedPolicyVersion"))
        .row("Last report", Times.ago(report.path("reportedAt"), muster.now()))
        .row("Drift", Cells.drift(status.path("drift")))
        .row("", "");
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
}
