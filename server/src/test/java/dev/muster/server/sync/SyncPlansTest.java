package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.NewDevice;
import dev.muster.server.identity.IdentityRoom;
import dev.muster.server.identity.UserNames;
import dev.muster.server.identity.Users;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.task.ChangeNumbers;
import dev.muster.server.task.Replica;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.ManyTasks;
import dev.muster.server.testing.Plans;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/// What PostgreSQL does for everything that is done to synchronize where there are very many tasks.
class SyncPlansTest {
  private static final Set<String> LARGE =
      Set.of("task", "comment", "tombstone", "history", "conflict", "log", "cursor");

  /// Of one call.
  private static final int MOST_STATEMENTS = 20;

  /// A database with the doors that devices come to.
  private static final class Doors {
    private final Plans plans = new Plans();
    private final Caller caller;
    private final String device;
    private final Database database;
    private final Pushes pushes;
    private final Pulls pulls;
    private final Conflicts conflicts;

    private Doors(TestDatabase test, OrganizationId organization) {
      InstantSource clock = InstantSource.system();
      database = plans.watching(test);
      Groups groups = new Groups(database, clock, List.of(), Audits.on(clock));
      Devices devices = new Devices(database, clock, groups, Audits.on(clock), List.of());
      Broadcast broadcast = new Broadcast(test.database().dataSource());
      ChangeNumbers numbers = new ChangeNumbers(new Announcements(broadcast));
      Replica replica = new Replica(new UserNames(), devices, groups, numbers);
      Users users = new IdentityRoom(database, clock, broadcast).users;
      SyncMetrics metrics = new SyncMetrics(new SimpleMeterRegistry(), clock, database);
      caller = Tenants.anybody(organization);
      device = devices.register(caller, NewDevice.named(Ids.next().toString())).id().toString();
      pushes = new Pushes(database, clock, devices, replica, users, metrics);
      pulls = new Pulls(database, clock, devices, replica, users, metrics);
      conflicts = new Conflicts(database, clock, replica);
      plans.taken();
    }

    private Pushes.Outcome push(List<Json> tasks, List<Json> comments) {
      return pushes.push(
          caller,
          device,
          Json.obj(Map.of("tasks", new Json.Arr(tasks), "comments", new Json.Arr(comments))),
          null,
          null);
    }

    private Replica.Changes pull(long since, int limit) {
      return pulls.pull(caller, device, since, limit, null).changes();
    }

    private Json item(UUID id, String operation, long tick, Map<String, Json> fields) {
      Map<String, Json> data = new HashMap<>(fields);
      data.put("vector_clock", Json.obj(Map.of(device, Json.of(tick))));
      return Json.obj(
          Map.of(
              "id",
              Json.of(id.toString()),
              "operation",
              Json.of(operation),
              "data",
              Json.obj(data)));
    }

    private List<Json> items(List<UUID> ids, String operation, long tick, String field) {
      return ids.stream()
          .map(id -> item(id, operation, tick, Map.of(field, Json.of("by " + device))))
          .toList();
    }

    /// How many statements there were since this was asked last, none of which reads a large table
    /// from begin to end, or more than some rows for each that is asked for.
    private int statements(int rows) {
      List<Plans.Plan> taken = plans.taken();
      for (Plans.Plan plan : taken) {
        assertThat(plan.sequential()).as(plan.sql()).doesNotContainAnyElementsOf(LARGE);
        LARGE.forEach(table ->
            assertThat(plan.read().getOrDefault(table, 0L))
                .as("rows of %s read by %s", table, plan.sql())
                .isLessThan(5L * rows));
      }
      return taken.size();
    }

    /// Pushes of every kind.
    ///
    /// @return statements of each
    private List<Integer> pushAll(int items) {
      List<Integer> statements = new ArrayList<>();
      List<UUID> tasks = ids(items);
      List<UUID> comments = ids(items);
      push(items(tasks, "create", 1, "title"), List.of());
      statements.add(statements(items));
      push(items(tasks, "update", 2, "title"), List.of());
      statements.add(statements(items));
      push(
          List.of(),
          comments.stream()
              .map(id ->
                  item(
                      id,
                      "create",
                      1,
                      Map.of(
                          "task", Json.of(tasks.getFirst().toString()), "content", Json.of("x"))))
              .toList());
      statements.add(statements(items));
      push(List.of(), items(comments, "update", 2, "content"));
      statements.add(statements(items));
      push(items(tasks, "delete", 3, "title"), List.of());
      statements.add(statements(items));
      assertThat(push(items(tasks, "update", 4, "title"), List.of()).conflicts()).hasSize(items);
      statements.add(statements(items));
      assertThat(push(List.of(Json.NULL), List.of()).conflicts()).hasSize(1);
      statements.add(statements(items));
      return statements;
    }
  }

  private static List<UUID> ids(int count) {
    List<UUID> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(Ids.next());
    }
    return ids;
  }

  @Test
  void aPushAndAPullOfManyRowsTakeAsManyStatementsAsOfFew() {
    ManyTasks many = ManyTasks.shared();
    Doors doors = new Doors(many.test(), many.organization());
    List<Integer> few = doors.pushAll(5);
    assertThat(doors.pushAll(500)).isEqualTo(few);
    assertThat(few).allMatch(statements -> statements < MOST_STATEMENTS);
    for (int limit : new int[] {5, 500}) {
      long newest = doors.pull(Long.MAX_VALUE, limit).cursor();
      assertThat(doors.pull(newest, limit).tasks()).isEmpty();
      assertThat(doors.pull(0, limit).tasks()).hasSizeGreaterThan(limit / 2);
      doors.pull(newest - limit, limit);
      assertThat(doors.statements(limit)).isLessThan(4 * MOST_STATEMENTS);
    }
  }

  /// A database that is new has no statistics, and plans are kept.
  @Test
  void aPushReadsNoTableFromBeginToEndWithoutStatistics() {
    try (TestDatabase test = TestDatabase.create()) {
      OrganizationId organization = Tenants.fresh(test.database());
      ManyTasks.fill(test.database(), organization, 100_000);
      var _ = new Doors(test, organization).pushAll(50);
    }
  }

  @Test
  void noListAndNoResolutionReadsATableFromBeginToEnd() {
    ManyTasks many = ManyTasks.shared();
    Doors doors = new Doors(many.test(), many.organization());
    doors.pushAll(5);
    for (Boolean resolved : new Boolean[] {null, false, true}) {
      for (int offset : new int[] {0, 1_000}) {
        var _ =
            doors.conflicts.list(doors.caller, new ConflictStore.Which(resolved, null), 50, offset);
        assertThat(doors.statements(ManyTasks.ROWS)).isEqualTo(3);
      }
    }
    ConflictStore.Which unresolved = new ConflictStore.Which(false, null);
    Conflict open = doors.conflicts.list(doors.caller, unresolved, 1, 0).rows().getFirst();
    assertThat(doors.statements(ManyTasks.ROWS)).isEqualTo(3);
    var _ = doors.conflicts.find(doors.caller, open.id());
    var _ = doors.conflicts.resolve(doors.caller, open.id(), Conflicts.Resolution.REMOTE, null);
    assertThat(doors.statements(50)).isPositive();
    var _ = doors.pulls.logs(doors.caller, 50, 1_000);
    assertThat(doors.statements(ManyTasks.ROWS)).isPositive();
    Instant longAgo = Instant.now().minusSeconds(86_400L * 90);
    doors.database.acrossOrganizations(handle -> forget(handle, longAgo));
    assertThat(doors.statements(2_000)).isPositive();
  }

  private static int forget(Handle handle, Instant before) {
    return DeviceStateStore.forgetLogs(handle, before, 2_000)
        + ConflictStore.forget(handle, before, 2_000);
  }
}
