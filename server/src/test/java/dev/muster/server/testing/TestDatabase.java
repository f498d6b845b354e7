package dev.muster.server.testing;

import dev.muster.server.archive.Partitions;
import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.DatabasePool;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Settings;
import io.agroal.api.AgroalDataSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// A database of one test class, with the server's own pool on it. Close it after the class.
public final class TestDatabase implements AutoCloseable {
  private final String name;
  private final AgroalDataSource pool;
  private final Database database;

  private TestDatabase(String name, AgroalDataSource pool) {
    this.name = name;
    this.pool = pool;
    this.database = new Database(pool);
  }

  public static TestDatabase create() {
    String name = TestPostgres.freshDatabase();
    return at(name, TestPostgres.url(name), TestPostgres.password());
  }

  /// A database of another PostgreSQL.
  public static TestDatabase at(String name, String url, String password) {
    return new TestDatabase(name, DatabasePool.open(url, "muster", password, new Limits()));
  }

  public Database database() {
    return database;
  }

  /// An organization that has nothing but its row.
  public OrganizationId newOrganization() {
    OrganizationId id = new OrganizationId(Ids.next());
    Organizations organizations = new Organizations(database, InstantSource.system(), List.of());
    database.in(
        id,
        handle -> organizations.create(handle, new Caller.Server(id, "test"), id, "Test " + id));
    return id;
  }

  /// The history's partitions around the time of `clock`: two days back, two weeks ahead.
  public Partitions partitions(InstantSource clock) {
    Partitions partitions = new Partitions(database, clock, new Broadcast(database.dataSource()));
    partitions.prepare();
    return partitions;
  }

  public String name() {
    return name;
  }

  @Override
  public void close() {
    pool.close();
  }

  private record Limits() implements Settings.Pool {
    @Override
    public int size() {
      return 40;
    }

    @Override
    public Duration acquireTimeout() {
      return Duration.ofSeconds(60);
    }

    @Override
    public Duration statementTimeout() {
      return Duration.ofSeconds(60);
    }

    @Override
    public Duration lockTimeout() {
      return Duration.ofSeconds(60);
    }

    @Override
    public Duration idleInTransactionTimeout() {
      return Duration.ofSeconds(60);
    }
  }
}
