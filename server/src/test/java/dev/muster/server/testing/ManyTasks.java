package dev.muster.server.testing;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// A database with very many tasks, comments and what comes of them, of two organizations. Shared
/// by the test classes of a JVM, which leave it as it is but for some rows more.
public final class ManyTasks {
  /// Tasks of each organization; `-Dtest.rows=1000000` for more.
  public static final int ROWS = Integer.getInteger("test.rows", 200_000);

  /// For two parameters, the organization and how many tasks it has.
  private static final List<String> FILL =
      List.of(
          """
          insert into identity.users (organization_id, id, email, name, password_hash, role, created_at, updated_at)
          select o, gen_random_uuid(), gen_random_uuid() || '@localhost', 'User ' || i, '', 'member', now(), now()
          from (select cast(:organization as uuid) as o) o, generate_series(1, 50) as i
          """,
          """
          insert into device.device (organization_id, id, handle, name, name_key, platform, type, status, created_at,
            updated_at)
          select :organization, gen_random_uuid(), 'device-' || i, 'Device ' || i, 'device ' || i, 'ANDROID', 'tablet',
            'IDLE', now(), now()
          from generate_series(1, 50) as i
          """,
          """
          insert into task.project (organization_id, id, name, description, color, created_by, created_at, updated_at)
          select :organization, gen_random_uuid(), 'Project ' || i, '', '#000000', null, now(), now()
          from generate_series(1, 50) as i
          """,
          """
          with people as (select array_agg(id) as ids from identity.users where organization_id = :organization),
          projects as (select array_agg(id) as ids from task.project where organization_id = :organization)
          insert into task.task (organization_id, id, project_id, title, description, status, priority, due_date,
            completed_at, position, assigned_to, tags, custom_fields, created_by, version, vector_clock, created_at,
            updated_at, deleted_at, change_number)
          select :organization, gen_random_uuid(), case when i % 3 = 0 then projects.ids[1 + i % 50] end,
            'Check pump ' || i, 'The seal may leak; see what station S' || i % 1000 || ' needs.', status,
            (array['low', 'medium', 'high', 'urgent'])[1 + i % 4], case when i % 2 = 0 then then_ + interval '9 d' end,
            case when status = 'done' then then_ end, i % 1000, case when i % 5 > 0 then people.ids[1 + i % 50] end,
            '{pump}', '{"site": "Store 0042"}', people.ids[1 + i % 50], 1, '{"server": 1}', then_, then_,
            case when i % 50 = 0 then then_ end, i
          from generate_series(1, :rows) as i, people, projects,
            lateral (select now() - interval '1 s' * (i * 7919 % 10000000) as then_,
              (array['todo', 'in_progress', 'blocked', 'done', 'cancelled'])[1 + i * 31 % 5] as status) of
          """,
          """
          insert into task.change_counter (organization_id, last) values (:organization, 2 * :rows)
          """,
          """
          insert into task.comment (organization_id, id, task_id, user_id, content, is_edited, version, vector_clock,
            created_at, updated_at, change_number)
          select :organization, gen_random_uuid(), id, created_by, 'It does leak.', false, 1, '{"server": 1}',
            created_at, created_at, :rows + change_number
          from task.task where organization_id = :organization and change_number % 2 = 0
          """,
          """
          insert into task.tombstone (organization_id, id, entity_type, entity_id, vector_clock, created_at, expires_at,
            change_number)
          select :organization, gen_random_uuid(), 'task', id, vector_clock, created_at, created_at + interval '90 d',
            change_number
          from task.task where organization_id = :organization and deleted_at is not null
          """,
          """
          insert into task.history (organization_id, id, task_id, change_type, changes, vector_clock, created_at)
          select :organization, gen_random_uuid(), id, 'created', '{}', vector_clock, created_at
          from task.task where organization_id = :organization
          """,
          """
          insert into sync.conflict (organization_id, id, entity_type, entity_id, operation, local_version,
            local_vector_clock, server_vector_clock, conflict_reason, refused, resolution_strategy, created_at,
            resolved_at)
          select :organization, gen_random_uuid(), 'task', gen_random_uuid()::text, 'update',
            jsonb_build_object('description', repeat('x', 500)), '{}', '{}', 'x', '',
            case when i % 100 > 0 then 'local' end, now() - interval '1 min' * i,
            case when i % 100 > 0 then now() - interval '1 min' * i end
          from generate_series(1, :rows / 5) as i
          """,
          """
          insert into sync.log (organization_id, id, device_id, operation, items, conflicts, duration_ms, outcome,
            created_at)
          select :organization, gen_random_uuid(), d.id, 'pull', 1, 0, 1, 'ok', now() - interval '1 min' * i
          from device.device d, generate_series(1, :rows / 50) as i where d.organization_id = :organization
          """,
          """
          insert into sync.cursor (organization_id, device_id, cursor, issued_at)
          select :organization, d.id, i, now() from device.device d, generate_series(1, 16) as i
          where d.organization_id = :organization
          """);

  /// Made when it is first asked for.
  private static final class Shared {
    private static final ManyTasks INSTANCE = new ManyTasks();
  }

  private final TestDatabase test = TestDatabase.create();
  private final OrganizationId organization = Tenants.fresh(test.database());

  private ManyTasks() {
    Database database = test.database();
    OrganizationId other = Tenants.fresh(database);
    fill(database, other, ROWS / 10);
    fill(database, organization, ROWS);
    try (Connection connection = TestPostgres.superuser(test.name());
        Statement statement = connection.createStatement()) {
      statement.execute("vacuum analyze");
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// Gives an organization that has nothing so many tasks.
  public static void fill(Database database, OrganizationId organization, int rows) {
    database.acrossOrganizations(handle -> {
      for (String sql : FILL) {
        var update = handle.createUpdate(sql).bind("organization", organization);
        (sql.contains(":rows") ? update.bind("rows", rows) : update).execute();
      }
      return handle;
    });
  }

  public static ManyTasks shared() {
    return Shared.INSTANCE;
  }

  public TestDatabase test() {
    return test;
  }

  public OrganizationId organization() {
    return organization;
  }
}
