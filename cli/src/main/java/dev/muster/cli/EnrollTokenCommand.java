package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Private;
import dev.muster.cli.client.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster enroll-token`: what lets a device in. The server shows a token once, when it is made.
@Command(
    name = "enroll-token",
    description = "Makes, lists and revokes enrollment tokens.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {
      "",
      "Example:",
      "  muster enroll-token create --uses 100 --expires 7d --group kiosks"
    })
final class EnrollTokenCommand implements Runnable {

  private final Muster muster;

  EnrollTokenCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    list(50);
  }

  @Command(
      description = {
        "Makes a token and shows it: this is the only time that it is shown.",
        "Devices that enroll with it join its groups and get its policies."
      },
      footer = {
        "",
        "Example:",
        "  muster enroll-token create --uses 25 --group kiosks --out token"
      })
  void create(
      @Option(names = "--name", paramLabel = "NAME", description = "A name to know it by.")
          @Nullable String name,
      @Option(
              names = "--uses",
              paramLabel = "N",
              defaultValue = "1",
              description = "How many devices may enroll with it; 1 by default.")
          int uses,
      @Option(
              names = "--expires",
              paramLabel = "DURATION",
              defaultValue = "24h",
              description = "How long it lives: 90s, 15m, 24h, 7d; 24h by default.")
          String expires,
      @Option(names = "--group", paramLabel = "GROUP", description = "A group to join.")
          @Nullable List<String> groups,
      @Option(names = "--policy", paramLabel = "POLICY", description = "A policy to assign.")
          @Nullable List<String> policies,
      @Option(
              names = "--out",
              paramLabel = "FILE",
              description = "Write the token there, readable by you alone, and do not show it.")
          @Nullable String out) {
    Api api = muster.api();
    ObjectNode body =
        Muster.object()
            .put("max_uses", uses)
            .put("expires_in_seconds", Times.duration(expires).toSeconds());
    if (name != null) {
      body.put("name", name);
    }
    if (groups != null) {
      groups.forEach(body.putArray("groups")::add);
    }
    if (policies != null) {
      var ids = body.putArray("policies");
      for (String policy : policies) {
        ids.add(api.get(Route.of("/api/policies/{}/", policy)).path("id"));
      }
    }
    JsonNode token = api.post(Route.of("/api/enrollment-tokens/"), body);
    if (out == null) {
      muster.done(token, token.path("token").asText());
      return;
    }
    Private.write(muster.file(out), token.path("token").asText() + "\n");
    ((ObjectNode) token).remove("token");
    muster.done(
        token,
        "The token is in "
            + out
            + "; good for "
            + (uses == 1 ? "one device" : uses + " devices")
            + ", ends "
            + Times.ago(token.path("expires_at"), muster.now())
            + ".");
  }

  @Command(
      description = "Lists the tokens, without their secrets.",
      footer = {"", "Example:", "  muster enroll-token list"})
  void list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/enrollment-tokens/"), limit),
        tokens -> {
          var table = new Table("TOKEN", "NAME", "USED", "OF", "ENDS", "REVOKED", "GROUPS");
          for (JsonNode token : tokens.path("results")) {
            table.row(
                Cells.text(token, "id"),
                Cells.text(token, "name"),
                Cells.text(token, "uses"),
                Cells.text(token, "max_uses"),
                Times.ago(token.path("expires_at"), muster.now()),
                Times.ago(token.path("revoked_at"), muster.now()),
                Cells.text(token, "groups"));
          }
          return table;
        });
  }

  @Command(
      description = "Revokes a token at once. Devices that enrolled with it stay.",
      footer = {"", "Example:", "  muster enroll-token revoke 0190f3a2-…"})
  void revoke(@Parameters(paramLabel = "ID", description = "The id of the token.") String id) {
    muster.done(
        muster.api().delete(Route.of("/api/enrollment-tokens/{}/", id)), "Revoked " + id + ".");
  }
}
