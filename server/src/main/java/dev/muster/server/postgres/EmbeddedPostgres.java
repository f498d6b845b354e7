package dev.muster.server.postgres;

import io.quarkus.logging.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// PostgreSQL as a supervised child of this process.
///
/// It listens on loopback only, asks for a generated password (scram-sha-256), and runs with fsync
/// and synchronous commit. A postmaster that a killed server left behind is stopped first; crash
/// recovery may take as long as it takes; when the child dies it is started again on the same port.
/// The folder is never cleaned.
///
/// Rejected: zonky's own `EmbeddedPostgres`, which starts with trust and without fsync, gives up
/// after a fixed wait, and cannot start again in a process in which a start has failed.
public final class EmbeddedPostgres implements AutoCloseable {
  private static final String SUPERUSER = "postgres";
  private static final String USER = "muster";
  private static final int STOP_SECONDS = 30;

  private final Path folder;
  private final PostgresBinaries binaries;
  private final String password;
  private final int port;
  private final int maxConnections;
  private final PostgresLog log;
  private final boolean asRoot;
  private volatile boolean closing;
  private volatile Process postmaster;

  private EmbeddedPostgres(
      Path folder, PostgresBinaries binaries, String password, int port, int maxConnections)
      throws IOException, InterruptedException {
    this.folder = folder;
    this.binaries = binaries;
    this.password = password;
    this.port = port;
    this.maxConnections = maxConnections;
    this.log = new PostgresLog(folder.resolveSibling("postgres.log"));
    this.asRoot = System.getProperty("user.name", "").equals("root");
    if (!Files.exists(folder.resolve("PG_VERSION"))) {
      initialize();
    }
    stopLeftover(folder);
    this.postmaster = start();
  }

  /// Starts PostgreSQL on the data in `data`, makes the database on the first start, and keeps it
  /// running until [#close].
  ///
  /// @param poolSize connections that the server will open; PostgreSQL is given some more
  public static EmbeddedPostgres start(DataFolder data, int poolSize) {
    return start(data, poolSize, data);
  }

  /// The same with the programs that another data folder has unpacked, or unpacks now.
  static EmbeddedPostgres start(DataFolder data, int poolSize, DataFolder programs) {
    try {
      return start(data, poolSize, PostgresBinaries.unpack(programs.path().resolve("bin")));
    } catch (IOException failure) {
      throw new UncheckedIOException("The embedded PostgreSQL cannot be unpacked", failure);
    }
  }

  /// The same with the programs of an installed PostgreSQL, whose `bin` is in `home`.
  public static EmbeddedPostgres start(DataFolder data, int poolSize, Path home) {
    return start(data, poolSize, PostgresBinaries.at(home));
  }

  private static EmbeddedPostgres start(DataFolder data, int poolSize, PostgresBinaries binaries) {
    try {
      EmbeddedPostgres postgres =
          new EmbeddedPostgres(
              data.path().resolve("postgres"),
              binaries,
              data.secret("postgres-password"),
              freePort(),
              poolSize + 20);
      postgres.waitUntilReady();
      postgres.provision();
      Thread.ofVirtual().name("postgres-supervisor").start(postgres::supervise);
      postgres.log.start();
      return postgres;
    } catch (IOException failure) {
      throw new UncheckedIOException("The embedded PostgreSQL cannot be started", failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL started", stopped);
    }
  }

  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + USER;
  }

  public String user() {
    return USER;
  }

  public String password() {
    return password;
  }

  /// The process id of the postmaster that runs now.
  public long pid() {
    return postmaster.pid();
  }

  /// Stops looking after PostgreSQL without stopping it, as a killed server does.
  void abandon() {
    closing = true;
    log.close();
  }

  /// Stops PostgreSQL (a fast shutdown) and waits until it is gone.
  @Override
  public void close() {
    closing = true;
    log.close();
    try {
      stop(postmaster.toHandle());
    } catch (IOException failure) {
      Log.warn("PostgreSQL could not be stopped", failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void initialize() throws IOException, InterruptedException {
    Files.createDirectories(folder.getParent());
    Path passwordFile = Files.createTempFile(folder.getParent(), ".pw", null);
    // initdb in a folder of another name: one that was killed half-way is never taken for whole.
    Path fresh = Files.createTempDirectory(folder.getParent(), ".initdb");
    try {
      Files.writeString(passwordFile, password);
      run(
          binaries.program("initdb"),
          "-D",
          fresh.toString(),
          "-U",
          SUPERUSER,
          "-A",
          "scram-sha-256",
          "--pwfile=" + passwordFile,
          "-E",
          "UTF8",
          "--locale=C",
          "--data-checksums");
      Files.move(fresh, folder);
    } finally {
      Files.deleteIfExists(passwordFile);
    }
  }

  private void run(String... command) throws IOException, InterruptedException {
    Process process = command(List.of(command)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(Path.of(command[0]).getFileName() + " failed: " + output.strip());
    }
  }

  /// PostgreSQL refuses to run as root; in a user namespace of its own it is nobody.
  private ProcessBuilder command(List<String> command) {
    List<String> words = new ArrayList<>(asRoot ? List.of("unshare", "-U") : List.of());
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().keySet().removeIf(name -> name.startsWith("MUSTER_"));
    return builder;
  }

  private Process start() throws IOException {
    List<String> words =
        new ArrayList<>(List.of(binaries.program("postgres"), "-D", folder.toString()));
    for (String setting :
        List.of(
            "port=" + port,
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "max_connections=" + maxConnections,
            "shared_buffers=256MB",
            "max_wal_size=2GB",
            "timezone=UTC",
            "log_timezone=UTC")) {
      words.add("-c");
      words.add(setting);
    }
    ProcessBuilder builder = command(words);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.path().toFile()));
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  /// As long as the child lives it may be recovering from a crash, and is waited for.
  private void waitUntilReady() throws IOException, InterruptedException {
    while (true) {
      try (Connection _ = connect("postgres")) {
        return;
      } catch (SQLException _) {
        if (postmaster.waitFor(100, TimeUnit.MILLISECONDS)) {
          throw new IOException(
              "PostgreSQL ended with code " + postmaster.exitValue() + "; see " + log.path());
        }
      }
    }
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?connectTimeout=5",
        SUPERUSER,
        password);
  }

  private void provision() throws IOException {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          do $$ begin
            if not exists (select from pg_roles where rolname = 'muster') then
              create role muster login noinherit;
              create role muster_app nologin;
              create role muster_cross nologin;
              grant muster_app, muster_cross to muster;
            end if;
          end $$
          """);
      statement.execute("alter role muster password '" + password + "'"); // base64url: no quotes
      try (var rows = statement.executeQuery("select from pg_database where datname = 'muster'")) {
        if (rows.next()) {
          return;
        }
      }
      statement.execute("create database muster owner muster");
    } catch (SQLException failure) {
      throw new IOException("The embedded database cannot be prepared", failure);
    }
  }

  private void supervise() {
    while (!closing) {
      try {
        int code = postmaster.waitFor();
        if (closing) {
          return;
        }
        Log.errorf("PostgreSQL ended with code %d; it is started again", code);
        stopLeftover(folder);
        postmaster = start();
        if (!postmaster.waitFor(500, TimeUnit.MILLISECONDS)) {
          waitUntilReady();
          Log.info("PostgreSQL is back");
        }
      } catch (IOException failure) {
        Log.warnf("PostgreSQL does not start: %s", failure.getMessage());
        pause();
      } catch (InterruptedException stopped) {
        return;
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.SECONDS.sleep(1);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// Stops the PostgreSQL that a killed process left running on the data in `folder`.
  static void stopLeftover(Path folder) throws IOException, InterruptedException {
    Path pidFile = folder.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    List<String> lines = Files.readAllLines(pidFile);
    if (lines.isEmpty() || !lines.getFirst().strip().matches("[0-9]+")) {
      return;
    }
    var leftover = ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
    if (leftover.isPresent()
        && leftover.get().info().command().orElse("").endsWith("postgres")
        && leftover.get().isAlive()) {
      Log.infof("Stopping the PostgreSQL that an earlier server left (pid %s)", lines.getFirst());
      stop(leftover.get());
    }
  }

  private static void stop(ProcessHandle process) throws IOException, InterruptedException {
    signal(process, "INT"); // fast shutdown: ends sessions, writes a checkpoint
    if (!gone(process)) {
      signal(process, "QUIT");
      if (!gone(process)) {
        process.destroyForcibly();
        gone(process);
      }
    }
  }

  private static void signal(ProcessHandle process, String name)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static boolean gone(ProcessHandle process) throws InterruptedException {
    try {
      process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException _) {
      return !process.isAlive();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
