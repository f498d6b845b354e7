package dev.muster.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The demo as a real process with real children. The children are stand-ins that take the
/// arguments of the server and of the simulator, put where the demo looks for those.
class DemoCommandTest {

  @TempDir Path folder;
  private int port;
  private @Nullable Process demo;

  @BeforeEach
  void buildStandIns() throws IOException {
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Path server = Files.createDirectories(folder.resolve("server/target/quarkus-app"));
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, StandInServer.class.getName());
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath(" ", Path::toUri));
    try (var out = Files.newOutputStream(server.resolve("quarkus-run.jar"));
        var jar = new JarOutputStream(out, manifest)) {
      jar.finish();
    }
    Path agent = Files.createDirectories(folder.resolve("agent/target"));
    Path lib = Files.createDirectories(agent.resolve("lib"));
    Path source = lib.resolve("Main.java");
    Files.writeString(
        source,
        """
        package dev.muster.agent;
        public class Main {
          public static void main(String[] args) throws Exception {
            System.out.println(String.join(" ", args));
            System.out.println("pid " + ProcessHandle.current().pid());
            new java.util.concurrent.CountDownLatch(1).await();
          }
        }
        """);
    Path classes = Files.createDirectories(folder.resolve("classes"));
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", classes.toString(), source.toString()))
        .isZero();
    try (var out = Files.newOutputStream(agent.resolve("muster-agent-0.1.0.jar"));
        var jar = new JarOutputStream(out)) {
      jar.putNextEntry(new ZipEntry("dev/muster/agent/Main.class"));
      jar.write(Files.readAllBytes(classes.resolve("dev/muster/agent/Main.class")));
      jar.closeEntry();
    }
  }

  @AfterEach
  void leaveNothingRunning() throws InterruptedException {
    if (demo != null) {
      demo.descendants().forEach(ProcessHandle::destroyForcibly);
      demo.destroyForcibly().waitFor();
    }
  }

  private static String classPath(String separator, Function<Path, ?> spelling) {
    return Stream.of(System.getProperty("java.class.path").split(":", -1))
        .map(Path::of)
        .map(spelling)
        .map(Object::toString)
        .collect(Collectors.joining(separator));
  }

  private Process start() throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // What measures coverage here measures it there too.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-javaagent:"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Dlauncher.root=" + folder,
            "-Duser.home=" + folder,
            "-cp",
            classPath(":", path -> path),
            "dev.muster.cli.Main",
            "demo",
            "--devices",
            "3",
            "--port",
            String.valueOf(port)));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("XDG_CONFIG_HOME");
    demo = builder.start();
    return demo;
  }

  /// Reads what the demo prints until a line begins like this.
  private static List<String> readUntil(BufferedReader out, String beginning) throws IOException {
    var lines = new ArrayList<String>();
    String line;
    while ((line = out.readLine()) != null) {
      lines.add(line);
      if (line.startsWith(beginning)) {
        return lines;
      }
    }
    throw new AssertionError("The demo ended: " + String.join("\n", lines));
  }

  private List<ProcessHandle> children() {
    return Stream.of("server", "simulator").map(this::child).toList();
  }

  private ProcessHandle child(String name) {
    try (var lines = Files.lines(folder.resolve(".muster/logs/" + name + ".log"))) {
      String pid = lines.filter(l -> l.startsWith("pid ")).findFirst().orElseThrow().substring(4);
      return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void theDemoShowsTheFleetAndStopsAllOfItOnASignal(String signal) throws Exception {
    Process running = start();
    List<String> shown = readUntil(running.inputReader(), "3 devices:");
    awaitSimulator();
    List<ProcessHandle> children = children();

    new ProcessBuilder("kill", "-" + signal, String.valueOf(running.pid())).start().waitFor();

    assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(running.exitValue()).isZero();
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(shown)
        .anyMatch(line -> line.contains("http://localhost:" + port + "/docs"))
        .anyMatch(line -> line.contains("./muster policy set kiosk cameraDisabled=false"));
    assertThat(Files.readString(folder.resolve(".config/muster/credentials.json")))
        .contains("\"current\" : \"http://localhost:" + port + "\"");
    assertThat(permissions(".muster/demo-login.json")).isEqualTo("rw-------");
    assertThat(permissions(".muster/simulator-token")).isEqualTo("rw-------");
    assertThat(Files.readString(folder.resolve(".muster/logs/simulator.log")))
        .startsWith("simulate --devices 3 --server http://localhost:" + port);
  }

  @Test
  void aKilledDemoLeavesNoProcessBehind() throws Exception {
    Process running = start();
    readUntil(running.inputReader(), "3 devices:");
    awaitSimulator();
    List<ProcessHandle> children = children();

    running.destroyForcibly();

    for (ProcessHandle child : children) {
      child.onExit().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void aServerThatEndsEndsTheDemoWithItsLog() throws Exception {
    Process running = start();
    BufferedReader out = running.inputReader();
    readUntil(out, "3 devices:");

    child("server").destroyForcibly();

    readUntil(out, "The server has ended.");
    assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(running.exitValue()).isEqualTo(1);
  }

  @Test
  void aTakenPortIsRefusedBeforeAnythingStarts() throws Exception {
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      Process running = start();

      readUntil(running.inputReader(), "Port " + port + " is taken");
      assertThat(running.waitFor()).isEqualTo(1);
      assertThat(folder.resolve(".muster")).doesNotExist();
    }
  }

  /// The simulator says its pid once it runs, some time after the table is first drawn.
  private void awaitSimulator() throws IOException {
    Path log = folder.resolve(".muster/logs/simulator.log");
    while (Files.readString(log).lines().noneMatch(line -> line.startsWith("pid "))) {
      Thread.onSpinWait();
    }
  }

  private String permissions(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file)));
  }
}
