package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster sessions`: where somebody is logged in.
@Command(
    name = "sessions",
    description = "Lists where you are logged in, and ends that.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Example:", "  muster sessions list"})
final class SessionsCommand implements Runnable {

  private final Muster muster;

  SessionsCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    list(50);
  }

  @Command(
      description = "Lists your sessions; the one of this command line is marked.",
      footer = {"", "Example:", "  muster sessions list"})
  void list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/users/me/sessions/"), limit),
        sessions -> {
          var table = new Table("SESSION", "BEGUN", "REFRESHED", "ADDRESS", "PROGRAM", "");
          for (JsonNode session : sessions.path("results")) {
            table.row(
                Cells.text(session, "id"),
                Times.ago(session.path("created_at"), muster.now()),
                Times.ago(session.path("refreshed_at"), muster.now()),
                Cells.text(session, "address"),
                Cells.text(session, "user_agent"),
                session.path("current").asBoolean() ? "this one" : "");
          }
          return table;
        });
  }

  @Command(
      description = {
        "Ends one session by its id, all others of yours, or all of a user.",
        "Who is logged in by it has to log in again."
      },
      footer = {"", "Example:", "  muster sessions end --others"})
  void end(
      @Parameters(paramLabel = "ID", arity = "0..1", description = "The id of a session of yours.")
          @Nullable String id,
      @Option(names = "--others", description = "All your sessions but this one.") boolean others,
      @Option(
              names = "--user",
              paramLabel = "USER",
              description = "All sessions of the user with this id; for admins.")
          @Nullable String user) {
    int asked = (id == null ? 0 : 1) + (others ? 1 : 0) + (user == null ? 0 : 1);
    if (asked != 1) {
      throw new Failure.Usage("Give one of: the ID of a session, --others, --user USER.");
    }
    Route route =
        id != null
            ? Route.of("/api/users/me/sessions/{}/", id)
            : user != null
                ? Route.of("/api/users/{}/sessions/", user)
                : Route.of("/api/users/me/sessions/");
    muster.done(
        muster.api().delete(route),
        id != null
            ? "Ended " + id + "."
            : user != null ? "Ended all sessions of " + user + "." : "Ended all other sessions.");
  }
}
