package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster telemetry`: the days of heartbeats, and their archives.
@Command(
    name = "telemetry",
    description = {
      "Lists the days of heartbeats, archives one, verifies archives, brings a day back.",
      "For admins of the first organization. Days are UTC."
    },
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Example:", "  muster telemetry list"})
final class TelemetryCommand implements Runnable {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final String WHICH = "The day: 2026-01-31.";
  private static final String NO_WAIT = "Do not wait until it is done.";

  /// The others are on their way out of the database.
  private static final Set<String> AT_REST = Set.of("ATTACHED", "RESTORED", "DROPPED");

  private final Muster muster;

  TelemetryCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    list(50);
  }

  @Command(
      description = "Lists the days, newest first, with what became of each.",
      footer = {"", "Example:", "  muster telemetry list --limit 100"})
  void list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    show(muster.api().list(Route.of("/api/archives/"), limit));
  }

  private void show(JsonNode answer) {
    muster.show(
        answer,
        days -> {
          var table = new Table("DAY", "STATE", "ROWS", "SIZE", "VERIFIED", "PROBLEM");
          for (JsonNode day : days.path("results")) {
            JsonNode archive = day.path("archive");
            table.row(
                Cells.text(day, "day"),
                Cells.text(day, "state"),
                Cells.text(archive, "rows"),
                size(archive),
                Times.ago(archive.path("verified_at"), muster.now()),
                Cells.text(day.path("problem"), "detail"));
          }
          return table;
        });
  }

  private static String size(JsonNode archive) {
    return archive.path("bytes").isNumber()
        ? String.format(Locale.ROOT, "%.1f MB", archive.path("bytes").asLong() / 1e6)
        : "-";
  }

  @Command(
      description = "Archives a day that is over, before the retention does, and drops it.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:it is archived, verified and dropped", "1:it is not"},
      footer = {"", "Example:", "  muster telemetry archive 2026-01-31"})
  int archive(
      @Parameters(paramLabel = "DAY", description = WHICH) String day,
      @Option(names = "--no-wait", description = NO_WAIT) boolean noWait) {
    return done(day, ask(day, "archive"), noWait, one -> is(one, "DROPPED"), "is archived");
  }

  @Command(
      description = "Reads archives back, hashes them and counts their rows.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:they are as they were written", "1:one is not"},
      footer = {
        "",
        "Examples:",
        "  muster telemetry verify",
        "  muster telemetry verify 2026-01-31"
      })
  int verify(
      @Parameters(paramLabel = "DAY", arity = "0..1", description = WHICH + " All by default.")
          @Nullable String day) {
    if (day != null) {
      return done(
          day, ask(day, "verify"), false, TelemetryCommand::hasNoWish, "has a good archive");
    }
    muster.api().post(Route.of("/api/archives/verify/"), null);
    JsonNode days = days();
    while (days.path("results").valueStream().anyMatch(one -> is(one.path("wish"), "VERIFY"))) {
      pause();
      days = days();
    }
    show(days);
    return days.path("results").valueStream().anyMatch(TelemetryCommand::hasProblem) ? 1 : 0;
  }

  private JsonNode days() {
    return muster.api().list(Route.of("/api/archives/"), Integer.MAX_VALUE);
  }

  @Command(
      description = {
        "Brings a day back into the database, out of its archive, for a while.",
        "Devices that were erased meanwhile do not come back."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:it is back", "1:it is not"},
      footer = {"", "Example:", "  muster telemetry restore 2026-01-31"})
  int restore(
      @Parameters(paramLabel = "DAY", description = WHICH) String day,
      @Option(names = "--no-wait", description = NO_WAIT) boolean noWait) {
    return done(day, ask(day, "restore"), noWait, one -> is(one, "RESTORED"), "is restored");
  }

  private JsonNode ask(String day, String what) {
    return muster.api().post(Route.of("/api/archives/{}/" + what + "/", day), null);
  }

  /// Waits for the worker that does it, and says what it does meanwhile to who watches. It has
  /// failed, too, when the day is at rest, is not asked for anything any more, and is not there.
  private int done(
      String day, JsonNode answer, boolean noWait, Predicate<JsonNode> isDone, String sentence) {
    if (noWait) {
      muster.done(answer, "A worker does it; muster telemetry list shows how far it is.");
      return 0;
    }
    JsonNode now = answer;
    String state = "";
    while (!isDone.test(now) && !hasProblem(now) && !isAtRest(now)) {
      if (muster.shell().console().isPresent() && !state.equals(Cells.text(now, "state"))) {
        state = Cells.text(now, "state");
        muster.shell().err().println(day + " " + state);
        muster.shell().err().flush();
      }
      pause();
      now = muster.api().get(Route.of("/api/archives/{}/", day));
    }
    boolean failed = hasProblem(now) || !isDone.test(now);
    String outcome =
        hasProblem(now)
            ? ": " + Cells.text(now.path("problem"), "detail")
            : failed
                ? " is " + Cells.text(now, "state") + ", and no longer asked for; ask again."
                : " " + sentence + ": " + Cells.text(now.path("archive"), "rows") + " rows.";
    muster.done(now, day + outcome);
    return failed ? 1 : 0;
  }

  /// Whether nothing more comes of it by itself.
  private static boolean isAtRest(JsonNode day) {
    return hasNoWish(day) && AT_REST.contains(day.path("state").asText());
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new Failure.Usage("Stopped; the server goes on with it.");
    }
  }

  private static boolean hasNoWish(JsonNode day) {
    return !day.path("wish").isTextual();
  }

  private static boolean hasProblem(JsonNode day) {
    return day.path("problem").isObject();
  }

  private static boolean is(JsonNode node, String word) {
    return (node.isTextual() ? node : node.path("state")).asText().equals(word);
  }
}
