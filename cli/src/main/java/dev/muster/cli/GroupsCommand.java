package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Route;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster groups`: static groups and who is in them.
@Command(
    name = "groups",
    description = "Lists groups, makes them, and puts devices in or takes them out.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Example:", "  muster groups add kiosks lobby-1 lobby-2"})
final class GroupsCommand implements Runnable {

  private final Muster muster;

  GroupsCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    list(50);
  }

  @Command(
      description = "Lists the groups.",
      footer = {"", "Example:", "  muster groups list"})
  void list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/groups/"), limit),
        groups -> {
          var table = new Table("GROUP", "DEVICES", "CREATED", "ID");
          for (JsonNode group : groups.path("results")) {
            table.row(
                Cells.text(group, "name"),
                Cells.text(group, "device_count"),
                Times.ago(group.path("created_at"), muster.now()),
                Cells.text(group, "id"));
          }
          return table;
        });
  }

  @Command(
      description = "Makes a group.",
      footer = {"", "Example:", "  muster groups create kiosks"})
  void create(@Parameters(paramLabel = "NAME", description = "Its name.") String name) {
    JsonNode group = muster.api().post(Route.of("/api/groups/"), Muster.object().put("name", name));
    muster.done(group, "Group " + name + " is made.");
  }

  @Command(
      description = "Puts devices in a group.",
      footer = {"", "Example:", "  muster groups add kiosks lobby-1 lobby-2"})
  void add(
      @Parameters(paramLabel = "GROUP", description = "The group, by name or id.") String group,
      @Parameters(paramLabel = "DEVICE", arity = "1..*", description = "The devices.")
          List<String> devices) {
    Api api = muster.api();
    for (String device : devices) {
      api.post(Route.of("/api/groups/{}/devices/{}/", group, device), null);
      muster.done(MissingNode.getInstance(), device + " is in " + group + ".");
    }
  }

  @Command(
      description = "Takes devices out of a group.",
      footer = {"", "Example:", "  muster groups remove kiosks lobby-2"})
  void remove(
      @Parameters(paramLabel = "GROUP", description = "The group, by name or id.") String group,
      @Parameters(paramLabel = "DEVICE", arity = "1..*", description = "The devices.")
          List<String> devices) {
    Api api = muster.api();
    for (String device : devices) {
      api.delete(Route.of("/api/groups/{}/devices/{}/", group, device));
      muster.done(MissingNode.getInstance(), device + " is no longer in " + group + ".");
    }
  }
}
