package dev.muster.server.audit;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The room on a database of its own, with one who changes things and one who has all rights in the
/// database. Nothing is sealed unless a test does it.
final class AuditRoom implements AutoCloseable {
  final TestDatabase postgres = TestDatabase.create();
  final Database database = postgres.database();
  final MutableClock clock = new MutableClock();
  final Audit audit = Audits.on(clock);
  final AuditLog log = new AuditLog(database, Audits.KEY, List.of());
  final SealingJob sealing = new SealingJob(database, clock, Audits.KEY);

  /// A log that nobody else writes to.
  final class Log {
    final OrganizationId organization = Tenants.fresh(database);
    final Caller.Person admin = Tenants.person(organization, Role.ADMIN);

    /// Records a change of each of these names and seals nothing.
    Log with(String... names) {
      for (String name : names) {
        change(
            Change.of("thing.renamed", "thing", name)
                .from(Json.obj(Map.of("name", Json.of("old " + name), "kept", Json.of(1))))
                .to(Json.obj(Map.of("name", Json.of(name), "kept", Json.of(1)))));
      }
      return this;
    }

    void change(Change change) {
      clock.advance(Duration.ofMillis(10));
      database.in(
          organization,
          handle -> {
            audit.record(handle, admin, change);
            return null;
          });
    }

    Log sealed() {
      sealing.run();
      return this;
    }

    Verdict verify() {
      return verify(null);
    }

    Verdict verify(@Nullable Head expected) {
      return log.verify(admin, expected);
    }

    List<AuditLog.Named> entries() {
      return log.page(admin, all(), null, 500).entries();
    }

    UUID entryOf(String name) {
      return entries().stream()
          .filter(named -> named.entry().target().equals(name))
          .findFirst()
          .orElseThrow()
          .entry()
          .id();
    }

    /// Does something in the database that no right and no trigger stops; `:log` is this log and
    /// `:a`, `:b` … are the ids of entries.
    void tamper(String sql, UUID... entries) {
      String text = sql.replace(":log", "'" + organization + "'::uuid");
      for (int i = 0; i < entries.length; i++) {
        text = text.replace(":" + (char) ('a' + i), "'" + entries[i] + "'::uuid");
      }
      asSuperuser("set session_replication_role = replica; " + text);
    }
  }

  Log log() {
    return new Log();
  }

  /// Rows of the log that a transaction has read.
  record Read(long bySequence, long byIndex) {
    /// What `look` reads.
    static Read by(Handle handle, Consumer<Handle> look) {
      Read before = sofar(handle);
      look.accept(handle);
      Read after = sofar(handle);
      return new Read(after.bySequence - before.bySequence, after.byIndex - before.byIndex);
    }

    private static Read sofar(Handle handle) {
      return handle
          .createQuery(
              """
              select seq_tup_read, idx_tup_fetch from pg_stat_xact_all_tables
              where relid = 'audit.entry'::regclass
              """)
          .map((row, _) -> new Read(row.getLong(1), row.getLong(2)))
          .one();
    }
  }

  static AuditFilter all() {
    return new AuditFilter(null, null, null, null, null, null, null, null);
  }

  static UUID anybody() {
    return Ids.next();
  }

  void asSuperuser(String sql) {
    try (Connection superuser = TestPostgres.superuser(postgres.name());
        Statement statement = superuser.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  List<String> texts(String sql) {
    try (Connection superuser = TestPostgres.superuser(postgres.name());
        Statement statement = superuser.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (row.next()) {
        rows.add(row.getString(1));
      }
      return rows;
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public void close() {
    postgres.close();
  }
}
