package dev.muster.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/// A server process of its own, with its embedded PostgreSQL on a new data folder below the
/// temporary directory. Both are gone afterwards, unless the folder is to be kept.
final class BenchServer implements AutoCloseable {
  private static final String EMAIL = "bench@localhost";
  private static final int STOP_SECONDS = 60;

  private final Path data;
  private final boolean keep;
  private final ProcessBuilder builder;
  private volatile Process process;
  private final URI address;
  private final int grpcPort;
  private final String password;

  private BenchServer(
      Path data, boolean keep, ProcessBuilder builder, URI address, int grpcPort, String password)
      throws IOException {
    this.data = data;
    this.keep = keep;
    this.builder = builder;
    this.process = builder.start();
    this.address = address;
    this.grpcPort = grpcPort;
    this.password = password;
  }

  /// Starts it and waits until it says that it is ready.
  ///
  /// @param root folder of the repository, in which the server has been built
  /// @param keep whether the data folder is left behind
  static BenchServer start(Path root, boolean keep) throws IOException {
    return start(root, keep, List.of());
  }

  /// @param options further options of its JVM
  static BenchServer start(Path root, boolean keep, List<String> options) throws IOException {
    Path jar = root.resolve("server/target/quarkus-app/quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new IOException(
          "there is no server at " + jar + "; use ./muster bench, which builds it");
    }
    Path data = Files.createTempDirectory("muster-bench");
    int port = freePort();
    int grpcPort = freePort();
    String password = UUID.randomUUID().toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-jar",
            jar.toString(),
            "server",
            "--port",
            Integer.toString(port),
            "--grpc-port",
            Integer.toString(grpcPort),
            "--data",
            data.toString());
    builder.command().addAll(1, options);
    builder.environment().keySet().removeIf(name -> name.startsWith("MUSTER_"));
    builder.environment().put("MUSTER_ADMIN_EMAIL", EMAIL);
    builder.environment().put("MUSTER_ADMIN_PASSWORD", password);
    builder.environment().put("MUSTER_ACCESS_LOG", "false"); // what it says shall be trouble only
    builder.environment().put("MUSTER_LIMIT_ON", "false"); // a few callers stand for many
    BenchServer server =
        new BenchServer(
            data,
            keep,
            builder.redirectErrorStream(true),
            URI.create("http://127.0.0.1:" + port),
            grpcPort,
            password);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    server.waitUntilReady();
    return server;
  }

  private void waitUntilReady() throws IOException {
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder seen = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      seen.append(line).append('\n');
      if (line.startsWith("Muster ") && line.contains(" is ready")) {
        Thread.ofVirtual().start(() -> forward(output));
        return;
      }
    }
    throw new IOException("the server ended before it was ready:\n" + seen);
  }

  /// SIGKILL: it is gone at once, and its data as they are.
  void crash() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// Starts it again on its data and its ports, and waits until it is ready.
  synchronized void startAgain() throws IOException {
    process = builder.start();
    waitUntilReady();
  }

  /// Memory of the process that is in RAM, in MiB; 0 where the system does not say.
  long residentMebibytes() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElse(0);
  }

  /// Time of processors that the server has used, without its database.
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /// The same of its database's processes that still run.
  Duration databaseCpu() {
    return process
        .descendants()
        .map(child -> child.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /// What a server says after its greeting is trouble, and shown.
  private static void forward(BufferedReader output) {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (!line.isBlank() && !line.startsWith("  ")) {
          System.err.println(line);
        }
      }
    } catch (IOException _) {
      // the server is being stopped
    }
  }

  /// The server's HTTP as its admin.
  Api admin() throws IOException, InterruptedException {
    return Api.login(anonymous(), EMAIL, password);
  }

  Path data() {
    return data;
  }

  URI address() {
    return address;
  }

  /// Where its gRPC listens, on the loopback address.
  int grpcPort() {
    return grpcPort;
  }

  Api anonymous() {
    return Api.anonymous(address);
  }

  /// The database as its superuser, whom no row-level security binds.
  Connection database() throws IOException, SQLException {
    String secret = Files.readString(data.resolve("postgres-password")).strip();
    String port = Files.readAllLines(data.resolve("postgres/postmaster.pid")).get(3).strip();
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/muster", "postgres", secret);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public synchronized void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      delete();
    } catch (IOException failure) {
      System.err.println("The folder " + data + " could not be deleted: " + failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void delete() throws IOException {
    if (keep || !Files.exists(data)) {
      return;
    }
    List<Path> files;
    try (var walk = Files.walk(data)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
