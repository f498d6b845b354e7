package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Private;
import dev.muster.cli.client.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster keys`: what programs call with. The server shows a key once, when it is made.
@Command(
    name = "keys",
    description = "Makes, lists and revokes API keys.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {
      "",
      "Example:",
      "  muster keys create --name ci --scope policies --expires 90d --out ci.key"
    })
final class KeysCommand implements Runnable {

  private final Muster muster;

  KeysCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    list(50);
  }

  @Command(
      description = {
        "Makes a key and shows it: this is the only time that it is shown.",
        "It never has more rights than you have at the moment, and goes with you."
      },
      footer = {"", "Example:", "  muster keys create --name ci --scope read --scope devices"})
  void create(
      @Option(
              names = "--name",
              required = true,
              paramLabel = "NAME",
              description = "A name to know it by.")
          String name,
      @Option(
              names = "--scope",
              required = true,
              paramLabel = "SCOPE",
              description =
                  "What it may do: read, devices, actions, policies, enrollment, users:read, users,"
                      + " keys, audit, settings, erase. May be given again.")
          List<String> scopes,
      @Option(
              names = "--expires",
              paramLabel = "DURATION",
              description = "How long it lives, such as 90d; without an end by default.")
          @Nullable String expires,
      @Option(
              names = "--out",
              paramLabel = "FILE",
              description = "Write the key there, readable by you alone, and do not show it.")
          @Nullable String out) {
    ObjectNode body = Muster.object().put("name", name);
    scopes.forEach(body.putArray("scopes")::add);
    if (expires != null) {
      body.put("expires_in_seconds", Times.duration(expires).toSeconds());
    }
    JsonNode key = muster.api().post(Route.of("/api/keys/"), body);
    if (out == null) {
      muster.done(key, key.path("key").asText());
      return;
    }
    Private.write(muster.file(out), key.path("key").asText() + "\n");
    ((ObjectNode) key).remove("key");
    muster.done(key, "The key is in " + out + ".");
  }

  @Command(
      description = "Lists the keys, without their secrets.",
      footer = {"", "Example:", "  muster keys list"})
  void list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/keys/"), limit),
        keys -> {
          var table = new Table("KEY", "NAME", "SCOPES", "LAST USED", "ENDS", "REVOKED");
          for (JsonNode key : keys.path("results")) {
            table.row(
                Cells.text(key, "id"),
                Cells.text(key, "name"),
                Cells.text(key, "scopes"),
                Times.ago(key.path("last_used_at"), muster.now()),
                Times.ago(key.path("expires_at"), muster.now()),
                Times.ago(key.path("revoked_at"), muster.now()));
          }
          return table;
        });
  }

  @Command(
      description = "Revokes a key at once.",
      footer = {"", "Example:", "  muster keys revoke 0190f3a2-…"})
  void revoke(@Parameters(paramLabel = "ID", description = "The id of the key.") String id) {
    muster.done(muster.api().delete(Route.of("/api/keys/{}/", id)), "Revoked " + id + ".");
  }
}
