package dev.muster.cli;

import dev.muster.cli.TaskOptions.Network;
import dev.muster.cli.TaskOptions.Set;
import dev.muster.cli.TaskOptions.Which;
import dev.muster.cli.client.Failure;
import dev.muster.protocol.Json;
import dev.muster.sync.Kind;
import dev.muster.sync.Notice;
import dev.muster.sync.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster tasks`: what there is to do, online or not.
@Command(
    name = "tasks",
    description = {
      "Lists tasks, makes and changes them, on this machine's own copy: it works offline.",
      "Each command synchronizes when the server can be reached; what was edited waits until then.",
      "First: muster login --device."
    },
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Examples:", "  muster tasks", "  muster tasks add 'Replace the seal'"})
final class TasksCommand implements Runnable {
  private static final String WHICH = "The task: its id, or the end of it.";
  private static final int ID_SHOWN = 8;
  private static final int PAGE = 200;

  private final Muster muster;

  @Mixin private Which which = new Which();

  TasksCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    list(which);
  }

  @Command(
      description = "Lists tasks: the same as tasks without a command.",
      footer = {"", "Example:", "  muster tasks list --status blocked"})
  void list(@Mixin Which wanted) {
    with(
        wanted.network,
        copy -> {
          copy.sync();
          Predicate<Row> shown =
              task ->
                  (wanted.tag == null || task.texts("tags").contains(wanted.tag))
                      && (wanted.status != null
                          ? task.text("status").equals(wanted.status)
                          : wanted.all
                              || !List.of("done", "cancelled").contains(task.text("status")));
          show(tasks(copy, shown));
        });
  }

  @Command(
      description = "Shows a task with its comments.",
      footer = {"", "Example:", "  muster tasks show 13bded55"})
  void show(
      @Parameters(paramLabel = "TASK", description = WHICH) String id, @Mixin Network network) {
    with(
        network,
        copy -> {
          copy.sync();
          Row task = task(copy, id);
          List<Row> comments = copy.client().commentsOf(task.id());
          if (muster.json()) {
            print(Json.obj(Map.of("task", data(task), "comments", array(comments))));
            return;
          }
          var table = new Table("FIELD", "VALUE");
          table.row("id", task.id());
          for (String field :
              List.of("title", "description", "status", "priority", "due_date", "project_name")) {
            table.row(field, task.text(field));
          }
          table.row("assigned_to", task.text("assigned_to_name"));
          table.row("tags", String.join(", ", task.texts("tags")));
          for (Row comment : comments) {
            String who = comment.text("user_name");
            table.row(who.isEmpty() ? "you" : who, comment.text("content"));
          }
          lines(table);
        });
  }

  @Command(
      description = "Makes a task.",
      footer = {
        "",
        "Example:",
        "  muster tasks add 'Replace the seal' --priority high --tag pumps"
      })
  void add(
      @Parameters(paramLabel = "TITLE", description = "1 to 500 characters.") String title,
      @Mixin Set set) {
    with(
        set.network,
        copy -> {
          Map<String, Json> fields = set.fields();
          fields.put("title", Json.of(title));
          done(copy, copy.client().createTask(fields), "Made");
        });
  }

  @Command(
      description = "Changes fields of a task, and leaves the others.",
      footer = {"", "Example:", "  muster tasks set 13bded55 --status in_progress"})
  void set(@Parameters(paramLabel = "TASK", description = WHICH) String id, @Mixin Set set) {
    Map<String, Json> fields = set.fields();
    if (fields.isEmpty()) {
      throw new Failure.Usage("Say what is to be changed, such as --status done.");
    }
    with(
        set.network,
        copy -> done(copy, copy.client().edit(Kind.TASK, task(copy, id).id(), fields), "Changed"));
  }

  @Command(
      description = "Says that a task is done.",
      footer = {"", "Example:", "  muster tasks done 13bded55"})
  void done(
      @Parameters(paramLabel = "TASK", description = WHICH) String id, @Mixin Network network) {
    with(
        network,
        copy ->
            done(
                copy,
                copy.client()
                    .edit(Kind.TASK, task(copy, id).id(), Map.of("status", Json.of("done"))),
                "Done:"));
  }

  @Command(
      description = "Writes a comment on a task.",
      footer = {"", "Example:", "  muster tasks comment 13bded55 'The part has come'"})
  void comment(
      @Parameters(paramLabel = "TASK", description = WHICH) String id,
      @Parameters(paramLabel = "TEXT", description = "1 to 20000 characters.") String text,
      @Mixin Network network) {
    with(
        network,
        copy -> {
          Row task = task(copy, id);
          copy.client().createComment(task.id(), null, text);
          done(copy, task, "Commented on");
        });
  }

  @Command(
      description = "Deletes a task. Somebody who is online can restore it for 90 days.",
      footer = {"", "Example:", "  muster tasks delete 13bded55"})
  void delete(
      @Parameters(paramLabel = "TASK", description = WHICH) String id, @Mixin Network network) {
    with(
        network,
        copy -> {
          Row task = task(copy, id);
          copy.client().delete(Kind.TASK, task.id());
          done(copy, task, "Deleted");
        });
  }

  @Command(
      description = "Pushes what was edited here, and pulls what others did.",
      footer = {"", "Example:", "  muster tasks sync"})
  void sync() {
    with(
        new Network(),
        copy -> {
          var result = copy.syncOrFail();
          muster.done(
              Muster.object()
                  .put("pushed", result.pushed())
                  .put("conflicts", result.conflicts())
                  .put("pulled", result.pulled()),
              "Pushed "
                  + result.pushed()
                  + ", pulled "
                  + result.pulled()
                  + (result.conflicts() == 0
                      ? "."
                      : ". "
                          + result.conflicts()
                          + " wait as conflicts: muster tasks conflicts shows them."));
        });
  }

  @Command(
      description = {
        "Lists edits of this machine that the server kept as conflicts, with both sides.",
        "Until somebody resolves one, the server's side is shown everywhere."
      },
      footer = {"", "Example:", "  muster tasks conflicts"})
  void conflicts() {
    with(
        new Network(),
        copy -> {
          copy.sync();
          List<Notice> notices = copy.client().notices();
          if (muster.json()) {
            List<Json> rows = new ArrayList<>();
            for (Notice notice : notices) {
              rows.add(
                  Json.obj(
                      Map.of(
                          "entity_type", Json.of(notice.kind().wireName()),
                          "entity_id", Json.of(notice.id()),
                          "reason", Json.of(notice.reason()),
                          "local", notice.local() == null ? Json.NULL : notice.local(),
                          "server", notice.server() == null ? Json.NULL : notice.server())));
            }
            print(new Json.Arr(rows));
            return;
          }
          var table = new Table("ID", "KIND", "HERE", "ON THE SERVER", "WHY");
          for (Notice notice : notices) {
            String field = notice.kind() == Kind.TASK ? "title" : "content";
            table.row(
                end(notice.id()),
                notice.kind().wireName(),
                notice.local() == null ? "deleted" : text(notice.local(), field),
                notice.server() == null ? "-" : text(notice.server(), field),
                notice.reason());
          }
          lines(table);
        });
  }

  @Command(
      description = "Resolves a conflict of this machine: by what it had, or what the server has.",
      footer = {"", "Example:", "  muster tasks resolve 13bded55 --take local"})
  void resolve(
      @Parameters(paramLabel = "ID", description = "As muster tasks conflicts shows it.") String id,
      @Option(
              names = "--take",
              required = true,
              paramLabel = "local|server",
              description = "Whose side.")
          Side side) {
    with(
        new Network(),
        copy -> {
          copy.sync();
          List<Notice> found =
              copy.client().notices().stream().filter(one -> one.id().endsWith(id)).toList();
          if (found.size() != 1) {
            throw new Failure.Usage(
                found.size() + " conflicts of this machine end with " + id + ".");
          }
          copy.asked(() -> copy.client().resolve(found.getFirst(), side == Side.LOCAL));
          muster.done(Muster.object(), "Resolved.");
        });
  }

  /// Whose side of a conflict is taken.
  enum Side {
    LOCAL,
    SERVER
  }

  private interface Work {
    void on(TaskCopy copy) throws IOException;
  }

  private void with(Network network, Work work) {
    try (TaskCopy copy = TaskCopy.open(muster, network.offline)) {
      work.on(copy);
    } catch (IllegalArgumentException wrong) {
      throw new Failure.Usage(String.valueOf(wrong.getMessage()));
    } catch (IOException e) {
      throw new Failure.Local(String.valueOf(e.getMessage()), e);
    }
  }

  private void done(TaskCopy copy, Row task, String what) throws IOException {
    boolean told = copy.sync();
    if (muster.json()) {
      print(data(task));
      return;
    }
    int waiting = copy.client().pending();
    muster.done(
        Muster.object(),
        what
            + " "
            + end(task.id())
            + " «"
            + task.text("title")
            + "»"
            + (told
                ? "."
                : " here. Edits that wait for the server: "
                    + waiting
                    + "; muster tasks sync sends them."));
  }

  private static Row task(TaskCopy copy, String id) throws IOException {
    List<Row> found = tasks(copy, task -> task.id().equals(id) || task.id().endsWith(id));
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw new Failure.Usage(
        found.isEmpty()
            ? "No task here is " + id + ": muster tasks --all lists them."
            : found.size() + " tasks end with " + id + ": give more of the id.");
  }

  private static List<Row> tasks(TaskCopy copy, Predicate<Row> wanted) throws IOException {
    List<Row> found = new ArrayList<>();
    List<Row> page = copy.client().page(Kind.TASK, "", PAGE);
    while (!page.isEmpty()) {
      page.stream().filter(wanted).forEach(found::add);
      page = copy.client().page(Kind.TASK, page.getLast().id(), PAGE);
    }
    return found;
  }

  private void show(List<Row> tasks) {
    if (muster.json()) {
      print(array(tasks));
      return;
    }
    var table = new Table("ID", "STATUS", "PRIORITY", "DUE", "ASSIGNED", "TITLE");
    for (Row task : tasks) {
      table.row(
          end(task.id()),
          task.text("status"),
          task.text("priority"),
          task.text("due_date").isEmpty() ? "-" : task.text("due_date"),
          task.text("assigned_to_name").isEmpty() ? "-" : task.text("assigned_to_name"),
          task.text("title"));
    }
    lines(table);
  }

  /// Ids begin with the time: those of one day differ at their end.
  private static String end(String id) {
    return id.substring(Math.max(0, id.length() - ID_SHOWN));
  }

  private void lines(Table table) {
    table.lines().forEach(muster.shell().out()::println);
    muster.shell().out().flush();
  }

  private void print(Json json) {
    muster.shell().out().println(json.canonical());
    muster.shell().out().flush();
  }

  private static Json data(Row row) {
    Json.Obj data = row.local() == null ? row.base() : row.local();
    Map<String, Json> fields = new HashMap<>(data == null ? Map.of() : data.fields());
    fields.put("id", Json.of(row.id()));
    return Json.obj(fields);
  }

  private static Json array(List<Row> rows) {
    return new Json.Arr(rows.stream().map(TasksCommand::data).toList());
  }

  private static String text(Json.Obj object, String field) {
    return object.fields().get(field) instanceof Json.Text text ? text.value() : "-";
  }
}
