package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Private;
import dev.muster.cli.client.Route;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster audit`: who did what, and whether the log of it is whole.
@Command(
    name = "audit",
    description = "Lists, verifies and exports the log of changes.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Examples:", "  muster audit --action policy.", "  muster audit verify"})
final class AuditCommand implements Runnable {

  enum Format {
    CSV,
    JSONL;

    static Format of(String file) {
      return file.toLowerCase(Locale.ROOT).endsWith(".csv") ? CSV : JSONL;
    }
  }

  private final Muster muster;

  @Mixin private Which which = new Which();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "At most this many rows; 50 by default.")
  private int limit = 50;

  AuditCommand(Muster muster) {
    this.muster = muster;
  }

  /// Which entries are meant.
  static final class Which {
    @Option(
        names = "--actor",
        paramLabel = "ID|KIND",
        description =
            "Only what this one did, by id; or all of a kind: person, open_mode, key, device,"
                + " enrollment_token, server.")
    private @Nullable String actor;

    @Option(
        names = "--action",
        paramLabel = "ACTION",
        description = "Only this action, or all of a kind with the point at the end: policy.")
    private @Nullable String action;

    @Option(
        names = "--kind",
        paramLabel = "KIND",
        description = "Only what was done to things of this kind: policy, device, user …")
    private @Nullable String kind;

    @Option(
        names = "--target",
        paramLabel = "ID",
        description = "Only what was done to the thing with this id.")
    private @Nullable String target;

    @Option(
        names = "--request",
        paramLabel = "ID",
        description = "Only what this request did: the X-Request-ID of an answer or a log line.")
    private @Nullable String request;

    @Option(
        names = "--from",
        paramLabel = "TIME",
        description = "Only from this time on: 2026-01-31T12:00:00Z.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Only before this time.")
    private @Nullable String to;

    Route on(Route route) {
      return route
          .with("actor", actor)
          .with("action", action)
          .with("kind", kind)
          .with("target", target)
          .with("request_id", request)
          .with("from", from)
          .with("to", to);
    }
  }

  @Override
  public void run() {
    list(which, limit);
  }

  @Command(
      description = "Lists what was done, newest first: the same as audit without a command.",
      footer = {"", "Example:", "  muster audit list --kind device --target lobby-1"})
  void list(
      @Mixin Which which,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(which.on(Route.of("/api/audit/")), limit),
        entries -> {
          var table = new Table("WHEN", "WHO", "ACTION", "TARGET", "CHANGE");
          for (JsonNode entry : entries.path("results")) {
            JsonNode actor = entry.path("actor");
            table.row(
                Cells.text(entry, "at"),
                Cells.text(actor, "kind") + " " + Cells.first(actor, "name", "id"),
                Cells.text(entry, "action"),
                Cells.text(entry.path("target"), "id"),
                change(entry));
          }
          return table;
        });
  }

  /// `name: old → new`, of what was set or removed only the one side.
  private static String change(JsonNode entry) {
    if (entry.path("erased").asBoolean()) {
      return "(erased)";
    }
    JsonNode before = entry.path("before");
    JsonNode after = entry.path("after");
    var changes = new ArrayList<String>();
    for (var field : before.properties()) {
      String was = field.getKey() + ": " + Cells.text(field.getValue());
      changes.add(
          after.has(field.getKey())
              ? was + " → " + Cells.text(after.path(field.getKey()))
              : was + " → -");
    }
    for (var field : after.properties()) {
      if (!before.has(field.getKey())) {
        changes.add(field.getKey() + ": " + Cells.text(field.getValue()));
      }
    }
    return changes.isEmpty() ? "-" : String.join("; ", changes);
  }

  @Command(
      description = {
        "Finds out whether the log was changed, cut or added to behind the server's back.",
        "Write down the head that it shows, somewhere else: with --expect it also finds a log whose"
            + " end was cut off."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:the log is intact", "1:it is not, or could not be verified"},
      footer = {"", "Example:", "  muster audit verify --expect 1207:9f3c…"})
  int verify(
      @Option(
              names = "--expect",
              paramLabel = "POSITION:HASH",
              description = "A head that an earlier verify has shown.")
          @Nullable String expect) {
    JsonNode verdict =
        muster.api().getPatiently(Route.of("/api/audit/verify/").with("expect", expect));
    boolean intact = verdict.path("intact").asBoolean();
    if (muster.json()) {
      muster.done(verdict, "");
    } else {
      sentences(verdict).forEach(sentence -> muster.done(verdict, sentence));
      if (!intact) {
        problems(verdict).lines().forEach(muster.shell().out()::println);
        muster.shell().out().flush();
      }
    }
    return intact ? 0 : 1;
  }

  private static List<String> sentences(JsonNode verdict) {
    JsonNode head = verdict.path("head");
    long unsealed = verdict.path("unsealed").asLong();
    String count = Cells.text(verdict, "entries") + " entries";
    if (unsealed > 0) {
      count += ", " + unsealed + " of them not sealed yet";
    }
    var sentences = new ArrayList<String>();
    sentences.add(
        verdict.path("intact").asBoolean()
            ? "The log is intact: " + count + "."
            : "The log is NOT intact: " + count + ", and this is wrong:");
    if (verdict.path("intact").asBoolean() && head.isObject()) {
      sentences.add("Head: " + Cells.text(head, "position") + ":" + Cells.text(head, "hash"));
    }
    return sentences;
  }

  private static Table problems(JsonNode verdict) {
    var table = new Table("POSITION", "KIND", "ENTRY", "PROBLEM");
    for (JsonNode problem : verdict.path("problems")) {
      table.row(
          Cells.text(problem, "position"),
          Cells.text(problem, "kind"),
          Cells.text(problem, "entry_id"),
          Cells.text(problem, "message"));
    }
    return table;
  }

  @Command(
      description =
          "Writes the log to a file that only you may read: CSV when its name ends in .csv, else a"
              + " JSON object a line.",
      footer = {"", "Example:", "  muster audit export audit.csv --from 2026-01-01T00:00:00Z"})
  void export(
      @Mixin Which which,
      @Parameters(paramLabel = "FILE", description = "Written anew, once it is complete.")
          String file,
      @Option(
              names = "--format",
              paramLabel = "csv|jsonl",
              description = "Whatever the name of the file.")
          @Nullable Format format) {
    Format wanted = format == null ? Format.of(file) : format;
    Path target = muster.file(file);
    Route route =
        which
            .on(Route.of("/api/audit/export/"))
            .with("format", wanted.name().toLowerCase(Locale.ROOT));
    long bytes =
        Private.receive(target, out -> muster.api().download(route, out, _ -> {}), Files::size);
    ObjectNode answer = Muster.object().put("file", target.toString()).put("bytes", bytes);
    muster.done(answer, "The log is in " + target + " (" + bytes + " bytes).");
  }
}
