package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Every table of the product keeps organizations apart, by enumeration of the catalogue: a table
/// that somebody adds is checked without being named here. What is exempt is named, with the
/// reason.
@TestInstance(Lifecycle.PER_CLASS)
class TenancyTest {
  /// Tables that hold no tenant's data: what the scheduler and Flyway keep for themselves, the keys
  /// that all logins are signed with, what became of each day of all tenants' heartbeats, how often
  /// somebody tried to log in to an account that need not exist, the fingerprint of the master key,
  /// the epoch of the whole database, and when silent devices were last looked for.
  private static final Set<String> NO_TENANTS =
      Set.of(
          "platform.job_command",
          "platform.job_wake",
          "platform.job_maintain",
          "platform.master_key",
          "platform.epoch",
          "flyway.flyway_schema_history",
          "archive.day",
          "watch.sweep",
          "session.login_count",
          "session.signing_key");

  /// Tables whose own id is the organization.
  private static final Set<String> THE_TENANTS = Set.of("organization.organization");

  /// Unique indexes that span organizations on purpose.
  private static final Set<String> ACROSS_ORGANIZATIONS =
      Set.of(
          // the tenants themselves
          "organization.organization_pkey",
          "organization.organization_one_home",
          // rows are claimed by workers of no organization
          "platform.outbox_pkey",
          // a login names an e-mail address and no organization
          "identity.users_email",
          // nor does a refresh token
          "session.refresh_token_hash",
          // nor the ticket of a WebSocket
          "session.ws_ticket_hash");

  private final PolicyWorld world = PolicyWorld.open();
  private Connection superuser;

  @BeforeAll
  void open() throws SQLException {
    superuser = TestPostgres.superuser(world.testDatabase().name());
    world.testDatabase().partitions(world.clock());
  }

  @AfterAll
  void close() throws SQLException {
    superuser.close();
    world.close();
  }

  private List<String> texts(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = superuser.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        rows.add(row.getString(1));
      }
    }
    return rows;
  }

  /// All tables that are not PostgreSQL's own, partitions included.
  private List<String> tables() throws SQLException {
    return texts(
        """
        select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
          and n.nspname not like 'pg\\_%'
        order by 1
        """);
  }

  private List<String> tenantTables() throws SQLException {
    List<String> tables = new ArrayList<>(tables());
    tables.removeAll(NO_TENANTS);
    return tables;
  }

  @Test
  void theTablesOfTheRoomsAreInTheCatalogue() throws SQLException {
    assertThat(tables())
        .contains("policy.policy", "device.device", "compliance.report")
        .contains("telemetry.heartbeat", "telemetry.heartbeat_2026_01_15")
        .containsAll(THE_TENANTS);
  }

  @Test
  void rowLevelSecurityIsEnabledAndForcedWithBothPolicies() throws SQLException {
    for (String table : tenantTables()) {
      assertThat(
              texts(
                  """
                  select relrowsecurity and relforcerowsecurity and
                    (select string_agg(p.polname || ' ' || r.rolname || ' ' || p.polcmd::text, ', ' order by p.polname)
                     from pg_policy p cross join unnest(p.polroles) as role
                     join pg_roles r on r.oid = role
                     where p.polrelid = c.oid and p.polname <> 'erasing') = 'across muster_cross *, tenant muster_app *'
                  from pg_class c where c.oid = '%s'::regclass
                  """
                      .formatted(table)))
          .describedAs(table)
          .containsExactly("t");
    }
  }

  @Test
  void everyRowSaysWhoseItIs() throws SQLException {
    List<String> tables = new ArrayList<>(tenantTables());
    tables.removeAll(THE_TENANTS);
    for (String table : tables) {
      assertThat(
              texts(
                  """
                  select format_type(atttypid, atttypmod) || attnotnull from pg_attribute
                  where attrelid = '%s'::regclass and attname = 'organization_id'
                  """
                      .formatted(table)))
          .describedAs(table)
          .containsExactly("uuidtrue");
    }
  }

  @Test
  void theOrganizationIsInEveryPrimaryAndUniqueKey() throws SQLException {
    List<String> without =
        texts(
            """
            select n.nspname || '.' || i.relname
            from pg_index x
            join pg_class i on i.oid = x.indexrelid
            join pg_class t on t.oid = x.indrelid
            join pg_namespace n on n.oid = t.relnamespace
            where x.indisunique and n.nspname not in ('pg_catalog', 'information_schema')
              and n.nspname not like 'pg\\_%%' and n.nspname || '.' || t.relname <> all ('{%s}')
              and not exists (
                select from pg_attribute a
                where a.attrelid = t.oid and a.attname = 'organization_id' and a.attnum = any(x.indkey))
            """
                .formatted(String.join(",", NO_TENANTS)));
    assertThat(without).isSubsetOf(ACROSS_ORGANIZATIONS);
  }

  @Test
  void everyTenantTableHasAPrimaryKey() throws SQLException {
    assertThat(
            texts(
                """
                select conrelid::regclass::text from pg_constraint where contype = 'p'
                """))
        .containsAll(tenantTables());
  }

  @Test
  void theOrganizationIsInEveryForeignKeyAndMeetsTheOrganizationThere() throws SQLException {
    List<String> wrong =
        texts(
            """
            select k.conrelid::regclass || ' ' || k.conname from pg_constraint k
            where k.contype = 'f' and not exists (
              select from unnest(k.conkey, k.confkey) as pair (here, there)
              join pg_attribute h on h.attrelid = k.conrelid and h.attnum = pair.here
              join pg_attribute t on t.attrelid = k.confrelid and t.attnum = pair.there
              where h.attname = 'organization_id'
                and t.attname = case when k.confrelid = 'organization.organization'::regclass
                                     then 'id' else 'organization_id' end)
            """);
    assertThat(wrong).isEmpty();
    assertThat(texts("select conname from pg_constraint where contype = 'f'")).isNotEmpty();
  }

  @Test
  void nothingIsGrantedToThePublic() throws SQLException {
    assertThat(
            texts(
                """
                select n.nspname || '.' || c.relname from pg_class c
                join pg_namespace n on n.oid = c.relnamespace
                cross join aclexplode(c.relacl) as granted
                where granted.grantee = 0
                  and n.nspname not in ('pg_catalog', 'information_schema')
                """))
        .isEmpty();
    assertThat(
            texts(
                """
                select n.nspname from pg_namespace n cross join aclexplode(n.nspacl) as granted
                where granted.grantee = 0
                  and n.nspname not in ('pg_catalog', 'information_schema', 'public')
                """))
        .isEmpty();
  }

  @Test
  void theTenantRolesMayNeitherLogInNorPassRowLevelSecurity() throws SQLException {
    assertThat(
            texts(
                """
                select rolname from pg_roles
                where rolname in ('muster_app', 'muster_cross')
                  and not rolcanlogin and not rolsuper and not rolbypassrls
                order by 1
                """))
        .containsExactly("muster_app", "muster_cross");
    assertThat(
            texts(
                "select rolname from pg_roles where rolname = 'muster' and (rolsuper or rolbypassrls)"))
        .isEmpty();
  }

  /// Leaves at least one row of the organization in the tables of the rooms that are there.
  private PolicyTenant lively() {
    PolicyTenant tenant = world.tenant();
    String policy = tenant.published(1, PolicyTenant.password(6));
    String group = tenant.group();
    String device = tenant.device();
    tenant.join(group, device);
    tenant.assign(device, policy);
    tenant.assignToGroup(group, policy);
    tenant.override(device, Map.of("cameraDisabled", Json.of(false)));
    world.wakes().run();
    tenant.obey(device);
    tenant.status(device);
    tenant.publish(policy, PolicyTenant.password(7));
    return tenant;
  }

  @Test
  void anOrganizationSeesAndChangesNoRowOfAnother() throws SQLException {
    PolicyTenant own = lively();
    PolicyTenant foreign = lively();
    for (String table : tenantTables()) {
      String column = THE_TENANTS.contains(table) ? "id" : "organization_id";
      String whose = " where " + column + " = '" + foreign.organization().value() + "'";
      long there = Long.parseLong(texts("select count(*) from " + table + whose).getFirst());
      if (table.startsWith("policy.")
          || table.startsWith("compliance.")
          || table.equals("audit.entry")) {
        assertThat(there).describedAs("rows of %s to hide", table).isPositive();
      }
      world
          .testDatabase()
          .database()
          .in(
              own.organization(),
              handle -> {
                assertThat(count(handle, "select count(*) from " + table + whose))
                    .describedAs(table)
                    .isZero();
                assertThat(
                        count(
                            handle,
                            "select count(*) from "
                                + table
                                + " where "
                                + column
                                + " <> '"
                                + own.organization().value()
                                + "'"))
                    .describedAs(table)
                    .isZero();
                if (mayDelete(handle, table)) {
                  assertThat(handle.execute("delete from " + table + whose))
                      .describedAs(table)
                      .isZero();
                }
                return handle;
              });
      assertThat(texts("select count(*) from " + table + whose))
          .describedAs(table)
          .containsExactly(String.valueOf(there));
    }
  }

  @Test
  void whoHasNotEnteredAnOrganizationSeesNothing() throws SQLException {
    lively();
    try (Connection login = world.testDatabase().database().dataSource().getConnection();
        Statement statement = login.createStatement()) {
      for (String role : List.of("muster", "muster_app")) {
        statement.execute("set role " + role);
        for (String table : tenantTables()) {
          try (ResultSet row = statement.executeQuery("select count(*) from " + table)) {
            row.next();
            assertThat(row.getLong(1)).describedAs("%s as %s", table, role).isZero();
          }
        }
      }
      statement.execute("reset role");
    }
  }

  private static boolean mayDelete(Handle handle, String table) {
    return handle
        .createQuery("select has_table_privilege(:table, 'delete')")
        .bind("table", table)
        .mapTo(boolean.class)
        .one();
  }

  private static long count(Handle handle, String sql) {
    return handle.createQuery(sql).mapTo(Long.class).one();
  }
}
