package dev.muster.server.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.Migrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class EmbeddedPostgresTest {
  private Path folder;
  private DataFolder data;

  @BeforeEach
  void open() throws IOException {
    folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/pg")), "e");
    Files.createSymbolicLink(
        folder.resolve("bin"), Files.createDirectories(Path.of("target/pg/bin").toAbsolutePath()));
    data = DataFolder.open(folder);
  }

  @AfterEach
  void close() {
    data.close();
  }

  private EmbeddedPostgres start() {
    String home = System.getProperty("test.postgres-home", "");
    return home.isEmpty()
        ? EmbeddedPostgres.start(data, 10)
        : EmbeddedPostgres.start(data, 10, Path.of(home));
  }

  private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }

  private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int count(EmbeddedPostgres postgres) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("select count(*) from own.kept")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  @Test
  void itWritesThroughToDiskAndWantsItsPassword() throws SQLException {
    try (EmbeddedPostgres postgres = start()) {
      try (Connection connection = connect(postgres)) {
        Migrations.requireDurable(connection);
      }
      assertThatThrownBy(
              () -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "guess"))
          .hasMessageContaining("password authentication failed");
      assertThatThrownBy(
              () -> DriverManager.getConnection(postgres.jdbcUrl(), "postgres", "postgres"))
          .hasMessageContaining("password authentication failed");
    }
  }

  @Test
  void aDatabaseThatMayLoseWhatItAcknowledgedIsRefused() throws SQLException {
    try (EmbeddedPostgres postgres = start();
        Connection connection = connect(postgres);
        Statement statement = connection.createStatement()) {
      statement.execute("set synchronous_commit = off");
      assertThatThrownBy(() -> Migrations.requireDurable(connection))
          .hasMessageContaining("synchronous_commit=off")
          .hasMessageContaining("synchronous_commit=on");
    }
  }

  @Test
  void dataOutlivesAStopAndNoProcessDoes() throws SQLException {
    long pid;
    try (EmbeddedPostgres postgres = start()) {
      pid = postgres.pid();
      execute(postgres, "create schema own create table kept (x int)");
      execute(postgres, "insert into own.kept values (1)");
    }
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    try (EmbeddedPostgres postgres = start()) {
      assertThat(count(postgres)).isEqualTo(1);
    }
  }

  @Test
  void aChildThatDiesIsStartedAgainOnTheSamePort() throws Exception {
    try (EmbeddedPostgres postgres = start()) {
      execute(postgres, "create schema own create table kept (x int)");
      execute(postgres, "insert into own.kept values (1)");
      long pid = postgres.pid();
      assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
      ProcessHandle.of(pid)
          .map(ProcessHandle::onExit)
          .orElseGet(() -> CompletableFuture.completedFuture(null))
          .get(30, TimeUnit.SECONDS);
      assertThat(countWhenBack(postgres)).isEqualTo(1);
      assertThat(postgres.pid()).isNotEqualTo(pid);
    }
  }

  private static int countWhenBack(EmbeddedPostgres postgres) {
    Instant end = Instant.now().plus(Duration.ofMinutes(1));
    while (true) {
      try {
        return count(postgres);
      } catch (SQLException notYet) {
        if (Instant.now().isAfter(end)) {
          throw new AssertionError("PostgreSQL did not come back", notYet);
        }
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aPostmasterThatAKilledServerLeftIsStoppedFirst() throws Exception {
    EmbeddedPostgres left = start();
    execute(left, "create schema own create table kept (x int)");
    long pid = left.pid();
    // a second start on the same folder is what a new server does after a SIGKILL of the old one
    left.abandon();
    try (EmbeddedPostgres postgres = start()) {
      assertThat(count(postgres)).isZero();
      assertThat(postgres.pid()).isNotEqualTo(pid);
      assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void aSecondServerOnTheSameFolderIsRefusedInWords() {
    assertThatThrownBy(() -> DataFolder.open(folder))
        .hasMessageContaining("Another Muster server uses the data folder")
        .hasMessageContaining("--data");
  }

  @Test
  void aSecretIsMadeOnceAndReadableByItsOwnerOnly() throws IOException {
    String secret = data.secret("some-secret");
    assertThat(secret).hasSize(43);
    assertThat(data.secret("some-secret")).isEqualTo(secret);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("some-secret"))))
        .isEqualTo("rw-------");
  }
}
