package dev.muster.server.testing;

import dev.muster.server.platform.Migrations;
import dev.muster.server.postgres.DataFolder;
import dev.muster.server.postgres.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.ds.PGSimpleDataSource;

/// One real PostgreSQL a test JVM, with a migrated template database that each test class clones.
///
/// The system property `test.postgres-home` names another PostgreSQL (Debian's 15) to run the same
/// tests on.
public final class TestPostgres {
  private static final TestPostgres INSTANCE = new TestPostgres();

  private final EmbeddedPostgres postgres;
  private final AtomicInteger clones = new AtomicInteger();

  private TestPostgres() {
    try {
      Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/pg")), "t");
      DataFolder data = DataFolder.open(folder);
      String home = System.getProperty("test.postgres-home", "");
      if (home.isEmpty()) {
        // unpacked once for all test runs of this checkout
        Path binaries = Files.createDirectories(Path.of("target/pg/bin").toAbsolutePath());
        Files.createSymbolicLink(folder.resolve("bin"), binaries);
        postgres = EmbeddedPostgres.start(data, 280);
      } else {
        postgres = EmbeddedPostgres.start(data, 280, Path.of(home));
      }
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                postgres.close();
                data.close();
              }));
      Migrations.run(dataSource("muster"), 20);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// Name of a new database with the schema of the product and no rows.
  public static String freshDatabase() {
    String name = "t" + INSTANCE.clones.incrementAndGet();
    try (Connection connection =
            DriverManager.getConnection(url("postgres"), "postgres", INSTANCE.postgres.password());
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name + " template muster owner muster");
      return name;
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  public static String url(String database) {
    return INSTANCE.postgres.jdbcUrl().replaceFirst("/muster$", "/" + database);
  }

  public static String password() {
    return INSTANCE.postgres.password();
  }

  /// A connection as superuser, who may look behind every protection.
  public static Connection superuser(String database) throws SQLException {
    return DriverManager.getConnection(url(database), "postgres", INSTANCE.postgres.password());
  }

  private PGSimpleDataSource dataSource(String database) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(postgres.jdbcUrl().replaceFirst("/muster$", "/" + database));
    source.setUser("muster");
    source.setPassword(postgres.password());
    return source;
  }
}
