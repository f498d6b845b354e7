package dev.muster.server.platform;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/// Brings a database to the schema that this server needs, forward only. Checks first that the
/// database can keep the product's promises.
public final class Migrations {
  private static final int OLDEST_MAJOR = 15;

  private Migrations() {}

  /// Safe to run by several nodes at once: Flyway holds a lock.
  ///
  /// @param poolSize connections that this node may come to ask for
  /// @throws IllegalStateException when the database is too old, does not write through to disk, or
  ///   has too few connections left
  public static void run(DataSource dataSource, int poolSize) {
    prepare(dataSource, poolSize);
    flyway().dataSource(dataSource).load().migrate();
  }

  /// The same up to a version that this server knows, to load what was backed up at that version.
  ///
  /// @return false, with nothing migrated, when this server does not know the version
  public static boolean runTo(DataSource dataSource, int poolSize, String version) {
    prepare(dataSource, poolSize);
    MigrationVersion target = MigrationVersion.fromVersion(version);
    boolean known =
        Arrays.stream(flyway().dataSource(dataSource).load().info().all())
            .anyMatch(migration -> target.equals(migration.getVersion()));
    if (known) {
      flyway().dataSource(dataSource).target(target).load().migrate();
    }
    return known;
  }

  private static void prepare(DataSource dataSource, int poolSize) {
    try (Connection connection = dataSource.getConnection()) {
      requireDurable(connection);
      ConnectionBudget.of(connection).requireRoomFor(poolSize);
      ensureRoles(connection);
    } catch (SQLException failure) {
      throw new IllegalStateException(
          "The database cannot be prepared: " + failure.getMessage(), failure);
    }
  }

  private static FluentConfiguration flyway() {
    return Flyway.configure()
        .schemas("flyway")
        .defaultSchema("flyway")
        .locations("classpath:db/migration")
        .validateMigrationNaming(true);
  }

  /// Refuses a database that may lose what it acknowledged, or that is older than 15.
  public static void requireDurable(Connection connection) throws SQLException {
    int major = connection.getMetaData().getDatabaseMajorVersion();
    if (major < OLDEST_MAJOR) {
      throw new IllegalStateException(
          "PostgreSQL " + OLDEST_MAJOR + " or newer is needed; this one is " + major + ".");
    }
    for (String setting : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
      String value = show(connection, setting);
      if (value.equals("off") || value.equals("local")) {
        throw new IllegalStateException(
            "PostgreSQL runs with "
                + setting
                + "="
                + value
                + " and could lose what it has acknowledged. Set "
                + setting
                + "=on and start again.");
      }
    }
  }

  private static String show(Connection connection, String setting) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("show " + setting)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static void ensureRoles(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          do $$
          declare name text;
          begin
            foreach name in array array['muster_app', 'muster_cross'] loop
              if not exists (select from pg_roles where rolname = name) then
                begin
                  execute format('create role %I nologin', name);
                exception when duplicate_object or unique_violation then null;
                end;
              end if;
              if not pg_has_role(current_user, name, 'member') then
                execute format('grant %I to current_user', name);
              end if;
            end loop;
          exception when insufficient_privilege then
            raise exception 'the roles muster_app and muster_cross are missing and % may not make them', current_user
              using hint = 'As a superuser: create role muster_app nologin; create role muster_cross nologin; grant both to the user of this server.';
          end $$
          """);
    }
  }
}
