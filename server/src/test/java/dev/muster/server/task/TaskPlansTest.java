package dev.muster.server.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.identity.UserNames;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.ManyTasks;
import dev.muster.server.testing.Plans;
import dev.muster.server.testing.Tenants;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What PostgreSQL does for everything that is done with tasks where there are very many.
class TaskPlansTest {
  private static final Set<String> LARGE = Set.of("task", "comment", "tombstone", "history");

  private final ManyTasks many = ManyTasks.shared();
  private final Plans plans = new Plans();
  private final Database database = plans.watching(many.test());
  private final InstantSource clock = InstantSource.system();
  private final Groups groups = new Groups(database, clock, List.of(), Audits.on(clock));
  private final Devices devices = new Devices(database, clock, groups, Audits.on(clock), List.of());
  private final ChangeNumbers numbers =
      new ChangeNumbers(new Announcements(new Broadcast(many.test().database().dataSource())));
  private final Replica replica = new Replica(new UserNames(), devices, groups, numbers);
  private final Tasks tasks = new Tasks(database, clock, devices, replica);
  private final Comments comments = new Comments(database, clock, devices, replica);
  private final Caller caller = Tenants.person(many.organization(), Role.OPERATOR);
  private final Map<String, String> wrong = new TreeMap<>();

  private void look(String what) {
    for (Plans.Plan plan : plans.taken()) {
      if (plan.sequential().stream().anyMatch(LARGE::contains)) {
        wrong.put(what, plan.sequential() + " " + plan.sql());
      }
    }
  }

  private static TaskFilter filter(Map<String, Object> by) {
    return new TaskFilter(
        (String) by.get("status"),
        (String) by.get("priority"),
        (UUID) by.get("assignee"),
        (UUID) by.get("project"),
        (UUID) by.get("device"),
        null,
        (String) by.get("search"));
  }

  private UUID someId(String table) {
    return many.test()
        .database()
        .in(
            many.organization(),
            handle ->
                handle.createQuery("select id from " + table + " limit 1").mapTo(UUID.class).one());
  }

  private void list(Map<String, Object> filter, List<String> order, int offset) {
    var _ = tasks.list(caller, filter(filter), order, 50, offset);
    look(filter + " by " + order + " from " + offset);
  }

  @Test
  void noListReadsATableFromBeginToEnd() {
    List<Map<String, Object>> filters =
        List.of(
            Map.of(),
            Map.of("status", "todo"),
            Map.of("priority", "urgent"),
            Map.of("assignee", someId("identity.users")),
            Map.of("project", someId("task.project")),
            Map.of("device", Ids.next()),
            Map.of("search", "S7"),
            Map.of("search", "pump"),
            Map.of("search", "nowhere"),
            Map.of("search", "S7", "status", "todo"));
    List<String> byDefault = List.of("position", "created_at");
    for (Map<String, Object> filter : filters) {
      list(filter, byDefault, 0);
      list(filter, List.of("-priority", "due_date"), 1_000);
    }
    for (String by : TaskListStore.ORDERS.keySet()) {
      list(Map.of(), List.of(by), 1_000);
      list(Map.of(), List.of("-" + by), 0);
    }
    var _ = comments.list(caller, 50, 0);
    look("comments");
    var _ = comments.of(caller, someId("task.task where deleted_at is null"));
    look("comments of a task");
    var _ = new Projects(database, clock).list(caller, 50, 0);
    look("projects");
    assertThat(wrong).isEmpty();
  }

  /// Which under row-level security it would not: the index of words is of no use there.
  @Test
  void aSearchForARareWordReadsWhatItFinds() {
    var _ = tasks.list(caller, filter(Map.of("search", "S7")), List.of("position"), 50, 0);
    assertThat(plans.taken())
        .allMatch(plan -> plan.read().getOrDefault("task", 0L) < ManyTasks.ROWS / 100);
  }

  @Test
  void nothingThatPeopleDoReadsATableFromBeginToEnd() {
    Projects projects = new Projects(database, clock);
    Project project = projects.create(caller, "p", null, null);
    var _ = projects.change(caller, project.id(), new Projects.Change("q", null, null, null));
    Json title = Json.of("x");
    UUID id = tasks.create(caller, null, Json.obj(Map.of("title", title))).task().id();
    var _ = tasks.change(caller, null, id, Json.obj(Map.of("title", Json.of("y"))), null);
    var comment = comments.create(caller, null, id, null, "x").comment();
    var _ = comments.create(caller, null, id, comment.id(), "x");
    var _ = comments.change(caller, null, comment.id(), "y");
    var _ = comments.find(caller, comment.id());
    comments.delete(caller, null, comment.id());
    tasks.delete(caller, null, id);
    var _ = tasks.history(caller, id);
    var _ = tasks.restore(caller, null, id);
    var _ = tasks.find(caller, id);
    look("people");
    new TombstoneRetention(database, clock).run();
    look("retention");
    assertThat(wrong).isEmpty();
  }
}
