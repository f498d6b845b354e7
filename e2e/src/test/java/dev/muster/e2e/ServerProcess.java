package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A running server.
final class ServerProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);

  private final ServerPlan plan;
  private final Program program;

  private ServerProcess(ServerPlan plan, Program program) {
    this.plan = plan;
    this.program = program;
  }

  /// Starts a server and waits until it answers.
  static ServerProcess start(ServerPlan plan) {
    shareBinaries(plan.data());
    var server =
        new ServerProcess(plan, Program.start(plan.folder(), plan.environment(), plan.args()));
    try {
      Await.until(START, server::requireReady);
    } catch (AssertionError failure) {
      server.close();
      throw new AssertionError("The server does not start. " + server.program.said(), failure);
    }
    return server;
  }

  private void requireReady() {
    if (!program.isAlive()) {
      throw new IllegalStateException(program.said());
    }
    assertThat(Rest.anonymous(url()).get("/health/").status()).isEqualTo(200);
  }

  /// PostgreSQL is unpacked once for all servers of these tests, and not for each.
  static void shareBinaries(Path data) {
    Path shared = Path.of("target", "postgresql").toAbsolutePath();
    Path own = data.resolve("bin");
    try {
      Files.createDirectories(shared);
      Files.createDirectories(data);
      if (!Files.exists(own)) {
        Files.createSymbolicLink(own, shared);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  URI url() {
    return plan.url();
  }

  Program program() {
    return program;
  }

  /// A client that is logged in as the admin.
  Rest admin() {
    return Rest.login(url(), ServerPlan.ADMIN, ServerPlan.PASSWORD);
  }

  /// A connection past the server, as the superuser of its embedded PostgreSQL.
  Connection sql() throws SQLException, IOException {
    List<String> pidFile = Files.readAllLines(plan.data().resolve("postgres/postmaster.pid"));
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + pidFile.get(3).strip() + "/muster",
        "postgres",
        Files.readString(plan.data().resolve("postgres-password")).strip());
  }

  /// A number that one row of SQL says.
  long count(String query) throws SQLException, IOException {
    try (Connection connection = sql();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /// The embedded PostgreSQL's main process, whether this server started it or an earlier one.
  Optional<ProcessHandle> postmaster() {
    try {
      String pid = Files.readAllLines(plan.data().resolve("postgres/postmaster.pid")).getFirst();
      return ProcessHandle.of(Long.parseLong(pid.strip()))
          .filter(process -> process.info().command().orElse("").endsWith("postgres"));
    } catch (IOException | RuntimeException gone) {
      return Optional.empty();
    }
  }

  /// SIGKILL: the server is gone at once, and what it started is not.
  void kill() {
    program.kill();
  }

  @Override
  public void close() {
    program.close();
    postmaster().ifPresent(ProcessHandle::destroyForcibly);
  }
}
