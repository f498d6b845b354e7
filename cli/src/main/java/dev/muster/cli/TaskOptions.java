package dev.muster.cli;

import dev.muster.protocol.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What can be said to the commands of [TasksCommand].
final class TaskOptions {
  private TaskOptions() {}

  /// Whether the server is asked.
  static final class Network {
    @Option(names = "--offline", description = "Leave the server alone.")
    boolean offline;
  }

  /// Which tasks are listed.
  static final class Which {
    @Option(
        names = "--status",
        paramLabel = "STATUS",
        description =
            "Only todo, in_progress, blocked, done or cancelled. Default: all but done and"
                + " cancelled.")
    @Nullable String status;

    @Option(names = "--all", description = "Those that are done and cancelled as well.")
    boolean all;

    @Option(names = "--tag", paramLabel = "TAG", description = "Only those with this tag.")
    @Nullable String tag;

    @Mixin Network network = new Network();
  }

  /// The fields of a task.
  static final class Set {
    @Option(names = "--title", paramLabel = "TEXT", description = "1 to 500 characters.")
    @Nullable String title;

    @Option(names = "--description", paramLabel = "TEXT", description = "What is to be done.")
    @Nullable String description;

    @Option(
        names = "--status",
        paramLabel = "STATUS",
        description = "todo, in_progress, blocked, done or cancelled.")
    @Nullable String status;

    @Option(
        names = "--priority",
        paramLabel = "PRIORITY",
        description = "low, medium, high or urgent.")
    @Nullable String priority;

    @Option(
        names = "--due",
        paramLabel = "DATE",
        description = "When it must be done: 2026-12-01; an empty one takes it away.")
    @Nullable String due;

    @Option(
        names = "--tag",
        paramLabel = "TAG",
        description = "May be repeated; replaces those that there are.")
    @Nullable List<String> tags;

    @Mixin Network network = new Network();

    Map<String, Json> fields() {
      Map<String, Json> fields = new HashMap<>();
      put(fields, "title", title);
      put(fields, "description", description);
      put(fields, "status", status);
      put(fields, "priority", priority);
      if (due != null) {
        fields.put("due_date", due.isEmpty() ? Json.NULL : Json.of(due));
      }
      if (tags != null) {
        fields.put("tags", Json.texts(tags));
      }
      return fields;
    }

    private static void put(Map<String, Json> fields, String name, @Nullable String value) {
      if (value != null) {
        fields.put(name, Json.of(value));
      }
    }
  }
}
