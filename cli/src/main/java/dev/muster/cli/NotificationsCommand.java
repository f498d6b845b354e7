package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster notifications`: who is told of alerts, and what could not be told.
@Command(
    name = "notifications",
    description = "Lists, makes, tests and deletes channels; mutes alerts; shows dead messages.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {
      "",
      "Examples:",
      "  muster notifications add discord --name ops --address-file url.txt --severity warning",
      "  muster notifications mute --group shops --for 4h --reason 'new routers'"
    })
final class NotificationsCommand implements Runnable {
  private static final String ROWS = "At most this many rows; 50 by default.";

  private final Muster muster;

  NotificationsCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    channels(50);
  }

  @Command(
      description = "Lists the channels, without what is secret in their addresses.",
      footer = {"", "Example:", "  muster notifications channels"})
  void channels(
      @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = ROWS)
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/notifications/channels/"), limit),
        channels -> {
          var table = new Table("CHANNEL", "KIND", "NAME", "ADDRESS", "SEVERITY", "KINDS", "ON");
          for (JsonNode channel : channels.path("results")) {
            table.row(
                Cells.text(channel, "id"),
                Cells.text(channel, "kind"),
                Cells.text(channel, "name"),
                Cells.text(channel, "address"),
                Cells.text(channel, "minimum_severity"),
                channel.path("kinds").isEmpty() ? "all" : Cells.text(channel, "kinds"),
                Cells.text(channel, "enabled"));
          }
          return table;
        });
  }

  @Command(
      description = {
        "Makes a channel. The secret that the messages to a webhook are signed with is shown this once.",
        "An address of Discord, Slack or a webhook is a secret: keep it in a file, and so out of the",
        "history of your shell."
      },
      footer = {
        "",
        "Example:",
        "  muster notifications add email --name night --address ops@example.org --severity critical"
      })
  void add(
      @Parameters(paramLabel = "KIND", description = "discord, slack, webhook or email.")
          String kind,
      @Option(
              names = "--name",
              required = true,
              paramLabel = "NAME",
              description = "A name to know it by.")
          String name,
      @Option(
              names = "--address",
              paramLabel = "ADDRESS",
              description = "A URL, or e-mail addresses with commas between.")
          @Nullable String address,
      @Option(
              names = "--address-file",
              paramLabel = "FILE",
              description = "Read the address from there.")
          @Nullable String addressFile,
      @Option(
              names = "--severity",
              paramLabel = "SEVERITY",
              description = "Tell nothing that is less bad: info (the default), warning, critical.")
          @Nullable String severity,
      @Option(
              names = "--alert",
              paramLabel = "KIND",
              description =
                  "Tell of this kind of alerts only, such as offline. May be given again.")
          @Nullable List<String> kinds) {
    if ((address == null) == (addressFile == null)) {
      throw new Failure.Usage("Give --address or --address-file.");
    }
    ObjectNode body = Muster.object().put("kind", kind).put("name", name);
    body.put(
        "address", address == null ? Input.read(muster.file(text(addressFile))).strip() : address);
    if (severity != null) {
      body.put("minimum_severity", severity);
    }
    if (kinds != null) {
      kinds.forEach(body.putArray("kinds")::add);
    }
    JsonNode channel = muster.api().post(Route.of("/api/notifications/channels/"), body);
    String made = "Channel " + channel.path("id").asText() + " is made.";
    muster.done(
        channel,
        channel.hasNonNull("secret")
            ? made + "\nIts messages are signed with " + channel.path("secret").asText()
            : made);
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  @Command(
      description =
          "Sends a test message now and says what came of it; exit code 1 when it failed.",
      footer = {"", "Example:", "  muster notifications test 0190f3a2-…"})
  void test(@Parameters(paramLabel = "ID", description = "The id of the channel.") String id) {
    JsonNode outcome =
        muster.api().post(Route.of("/api/notifications/channels/{}/test/", id), null);
    if (!outcome.path("delivered").asBoolean()) {
      throw new Failure.Told("Not delivered: " + outcome.path("detail").asText() + ".", 1);
    }
    muster.done(outcome, "Delivered: " + outcome.path("detail").asText() + ".");
  }

  @Command(
      description = "Deletes a channel, with what has not been sent to it.",
      footer = {"", "Example:", "  muster notifications delete 0190f3a2-…"})
  void delete(@Parameters(paramLabel = "ID", description = "The id of the channel.") String id) {
    muster.done(
        muster.api().delete(Route.of("/api/notifications/channels/{}/", id)),
        "Deleted " + id + ".");
  }

  @Command(
      description = "Lists mutes and maintenance windows.",
      footer = {"", "Example:", "  muster notifications mutes"})
  void mutes(
      @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = ROWS)
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/notifications/mutes/"), limit),
        mutes -> {
          var table =
              new Table("MUTE", "DEVICE", "GROUP", "KIND", "BEGAN", "ENDS", "WEEKLY", "WHY");
          for (JsonNode mute : mutes.path("results")) {
            table.row(
                Cells.text(mute, "id"),
                Cells.text(mute, "device_id"),
                Cells.text(mute, "group_id"),
                Cells.text(mute, "kind"),
                Times.ago(mute.path("from"), muster.now()),
                Times.ago(mute.path("until"), muster.now()),
                Cells.text(mute.path("weekly"), "days"),
                Cells.text(mute, "reason"));
          }
          return table;
        });
  }

  @Command(
      description = {
        "Mutes alerts from now on: of a device, of a group, of a kind, or all of them.",
        "They are recorded, and told to nobody."
      },
      footer = {
        "",
        "Example:",
        "  muster notifications mute --device till-3 --for 2h --reason 'new battery'"
      })
  void mute(
      @Option(names = "--device", paramLabel = "ID", description = "Of this device.")
          @Nullable String device,
      @Option(
              names = "--group",
              paramLabel = "GROUP",
              description = "Of the devices of this group.")
          @Nullable String group,
      @Option(
              names = "--alert",
              paramLabel = "KIND",
              description = "Of this kind, such as offline.")
          @Nullable String kind,
      @Option(
              names = "--for",
              paramLabel = "DURATION",
              description = "For how long, such as 4h; until it is ended by default.")
          @Nullable String lasts,
      @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
          String reason) {
    ObjectNode body = Muster.object().put("reason", reason);
    put(body, "device", device);
    put(body, "group", group);
    put(body, "kind", kind);
    put(body, "until", lasts == null ? null : muster.now().plus(Times.duration(lasts)).toString());
    JsonNode mute = muster.api().post(Route.of("/api/notifications/mutes/"), body);
    muster.done(
        mute, "Muted; end it with: muster notifications unmute " + mute.path("id").asText());
  }

  private static void put(ObjectNode body, String field, @Nullable String value) {
    if (value != null) {
      body.put(field, value);
    }
  }

  @Command(
      description = "Ends a mute.",
      footer = {"", "Example:", "  muster notifications unmute 0190f3a2-…"})
  void unmute(@Parameters(paramLabel = "ID", description = "The id of the mute.") String id) {
    muster.done(
        muster.api().delete(Route.of("/api/notifications/mutes/{}/", id)), "Ended " + id + ".");
  }

  @Command(
      description = "Lists messages that could not be delivered.",
      footer = {"", "Example:", "  muster notifications dead"})
  void dead(
      @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = ROWS)
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/notifications/dead/"), limit),
        messages -> {
          var table = new Table("MESSAGE", "CHANNEL", "TITLE", "TRIES", "DIED", "WHY");
          for (JsonNode message : messages.path("results")) {
            table.row(
                Cells.text(message, "id"),
                Cells.text(message, "channel_name"),
                Cells.text(message, "title"),
                Cells.text(message, "attempts"),
                Times.ago(message.path("dead_at"), muster.now()),
                Cells.text(message, "error"));
          }
          return table;
        });
  }

  @Command(
      description = "Tries to deliver a dead message again.",
      footer = {"", "Example:", "  muster notifications retry 0190f3a2-…"})
  void retry(@Parameters(paramLabel = "ID", description = "The id of the message.") String id) {
    muster.done(
        muster.api().post(Route.of("/api/notifications/dead/{}/retry/", id), null),
        "It is tried again.");
  }
}
