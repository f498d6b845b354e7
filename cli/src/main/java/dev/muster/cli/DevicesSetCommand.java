package dev.muster.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster devices set`: changes what people say of a device, and leaves the rest.
@Command(
    name = "set",
    description = {
      "Changes what people say of a device; what is not named stays.",
      "An attribute is a number, true or false when it looks like one, and else a text; quote it",
      "twice to have a text anyway: --attr floor='\"3\"'. KEY= removes one."
    },
    footer = {
      "",
      "Examples:",
      "  muster devices set lobby-1 --name \"Lobby 1\" --tag east --tag new",
      "  muster devices set lobby-1 --attr site=Bern --attr floor=3 --attr spare="
    })
final class DevicesSetCommand implements Runnable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Muster muster;

  @Parameters(paramLabel = "DEVICE", description = "Its id.")
  private String device = "";

  @Option(names = "--name", paramLabel = "NAME", description = "Its name.")
  private @Nullable String name;

  @Option(names = "--status", paramLabel = "STATUS", description = "Its status.")
  private @Nullable String status;

  @Option(
      names = "--tag",
      paramLabel = "TAG",
      description = "A tag; those that it had and that are not named are removed.")
  private List<String> tags = List.of();

  @Option(
      names = "--attr",
      paramLabel = "KEY=VALUE",
      description = "An attribute; the others stay.")
  private Map<String, String> attributes = Map.of();

  DevicesSetCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    ObjectNode body = Muster.object();
    if (name != null) {
      body.put("name", name);
    }
    if (status != null) {
      body.put("status", status.toUpperCase(Locale.ROOT));
    }
    if (!tags.isEmpty()) {
      tags.forEach(body.putArray("tags")::add);
    }
    if (!attributes.isEmpty()) {
      ObjectNode changed = body.putObject("attributes");
      new TreeMap<>(attributes).forEach((key, value) -> changed.set(key, value(value)));
    }
    if (body.isEmpty()) {
      throw new Failure.Usage("Nothing to change: give --name, --status, --tag or --attr.");
    }
    JsonNode row = muster.api().patch(Route.of("/api/devices/{}/", device), body);
    muster.done(row, "Device " + Cells.text(row, "device_id") + " is changed.");
  }

  /// A number, true or false when it looks like one, null when it is empty, and else a text.
  static JsonNode value(String text) {
    if (text.isEmpty()) {
      return Muster.object().nullNode();
    }
    try {
      JsonNode value = JSON.readTree(text);
      return value.isNumber() || value.isBoolean() || value.isTextual()
          ? value
          : TextNode.valueOf(text);
    } catch (JsonProcessingException _) {
      return TextNode.valueOf(text);
    }
  }
}
