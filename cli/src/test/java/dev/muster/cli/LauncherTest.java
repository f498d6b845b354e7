package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher script as it is, in a folder that looks like Muster's, with a `java` that says what
/// it was asked to run and a Maven that notes its calls.
class LauncherTest {

  private static final List<String> TOOLS =
      List.of(
          "awk",
          "bash",
          "cat",
          "dirname",
          "env",
          "find",
          "grep",
          "head",
          "ln",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "tee");

  private static final String JAVA = "#!/bin/sh\necho \"java $*\"\n";
  private static final String MAVEN =
      """
      #!/bin/sh
      if [ "$1" = -v ]; then echo "Apache Maven 3.8.7"; exit; fi
      echo "$*" >>"$0.calls"
      echo "[INFO] Building Muster CLI 0.1.0      [3/3]"
      echo "[INFO] BUILD SUCCESS"
      """;

  @TempDir Path folder;
  private Path root;
  private Path bin;
  private Path jdk;

  private record Ran(int code, String out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    root = Files.createDirectories(folder.resolve("muster"));
    bin = Files.createDirectories(folder.resolve("bin"));
    executable(root.resolve("muster"), Files.readString(Path.of("..", "muster")));
    Files.writeString(
        root.resolve("pom.xml"), "<project>\n  <version>0.1.0</version>\n</project>\n");
    for (String module : List.of("protocol", "agent-core", "agent", "server", "cli")) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
      Files.createFile(root.resolve(module).resolve("pom.xml"));
    }
    for (String tool : TOOLS) {
      Path there =
          Stream.of("/usr/bin", "/bin")
              .map(place -> Path.of(place, tool))
              .filter(Files::exists)
              .findFirst()
              .orElseThrow();
      executable(bin.resolve(tool), "#!/bin/sh\nexec " + there + " \"$@\"\n");
    }
    executable(bin.resolve("mvn"), MAVEN);
    jdk = jdk("jdk-25", "25.0.1");
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = Files.createDirectories(folder.resolve(name));
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    executable(home.resolve("bin/javac"), JAVA);
    executable(home.resolve("bin/java"), JAVA.replace("java $*", name + " $*"));
    return home;
  }

  private static void executable(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Ran launch(String... args) throws IOException, InterruptedException {
    return launch(root.resolve("muster"), args);
  }

  private Ran launch(Path script, String... args) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(args));
    Path err = Files.createTempFile(folder, "err", "");
    var builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("JAVA_HOME", jdk.toString());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), out, Files.readString(err));
  }

  private List<String> builds() throws IOException {
    Path calls = bin.resolve("mvn.calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  private void change(String source) throws IOException {
    Path file = root.resolve(source);
    Files.writeString(file, "changed");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
  }

  @Test
  void whatIsNotBuiltIsBuiltOnceAndOutputStaysTheCommandsOwn() throws Exception {
    Ran first = launch("policy", "list", "--output", "json");
    Ran second = launch("policy", "list", "--output", "json");

    assertThat(builds()).containsExactly("-B -ntp -DskipTests -pl cli -am package");
    assertThat(first.err()).contains("Building Muster", "Muster CLI 0.1.0");
    assertThat(second.err()).isEmpty();
    assertThat(first.out())
        .isEqualTo(second.out())
        .startsWith("jdk-25 ")
        .contains("cli/target/muster-cli-0.1.0.jar")
        .endsWith("dev.muster.cli.Main policy list --output json\n")
        .hasLineCount(1);
  }

  @Test
  void onlyWhatIsOlderThanItsSourcesIsBuiltAgain() throws Exception {
    launch("compliance");

    change("agent/src/main/Agent.java");
    launch("compliance");
    assertThat(builds()).hasSize(1);

    change("protocol/src/main/Protocol.java");
    launch("compliance");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void theDemoBuildsAllOfItTogether() throws Exception {
    assertThat(launch("demo", "--devices", "3").out()).endsWith("Main demo --devices 3\n");
    assertThat(builds()).containsExactly("-B -ntp -DskipTests -pl server,agent,cli -am package");
  }

  @Test
  void eachProgramIsStartedWithItsArguments() throws Exception {
    assertThat(launch("server", "--port", "1").out())
        .endsWith("server/target/quarkus-app/quarkus-run.jar server --port 1\n");
    assertThat(launch("restore", "fleet.backup").out())
        .endsWith("server/target/quarkus-app/quarkus-run.jar restore fleet.backup\n");
    assertThat(launch("simulate", "--devices", "2").out())
        .endsWith("dev.muster.agent.Main simulate --devices 2\n");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void aFailedBuildNamesItsLogAndIsTriedAgain() throws Exception {
    executable(
        bin.resolve("mvn"), MAVEN.replace("[INFO] BUILD SUCCESS\"", "[ERROR] bad\"; exit 1"));

    Ran ran = launch("compliance");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("[ERROR] bad", root.resolve("target/build.log").toString());
    executable(bin.resolve("mvn"), MAVEN);
    assertThat(launch("compliance").code()).isZero();
  }

  @Test
  void aLinkFromAnotherFolderWorks() throws Exception {
    Path link = Files.createDirectories(folder.resolve("else where")).resolve("m");
    Files.createSymbolicLink(link, Path.of("..", "muster", "muster"));

    assertThat(launch(link, "--version").out()).isEqualTo("muster 0.1.0\n");
    assertThat(launch(link, "groups").out()).contains(root + "/cli/target/muster-cli-0.1.0.jar");
  }

  @Test
  void aJdkThatIsTooOldIsPassedOverForTheOneOnThePath() throws Exception {
    Path newer = jdk("jdk-26", "26");
    Files.createSymbolicLink(bin.resolve("java"), newer.resolve("bin/java"));
    jdk = jdk("jdk-17", "17.0.2");

    assertThat(launch("groups").out()).startsWith("jdk-26 ");
  }

  @Test
  void aMissingOrOldMavenIsSaidInOneSentence() throws Exception {
    executable(bin.resolve("mvn"), MAVEN.replace("3.8.7", "3.6.3"));
    assertThat(launch("groups").err())
        .isEqualTo(
            "Muster is built by Maven 3.8 or newer, and this is 3.6: install a newer one.\n");

    Files.delete(bin.resolve("mvn"));
    Ran ran = launch("groups");
    assertThat(ran.err()).startsWith("Muster is built by Maven 3.8 or newer: install it");
    assertThat(ran.code()).isEqualTo(1);
  }

  @Test
  void launchersThatStartTogetherBuildOnce() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Ran> launch = () -> launch("groups");
      for (var ran : threads.invokeAll(List.of(launch, launch, launch, launch))) {
        assertThat(ran.get().code()).isZero();
      }
    }
    assertThat(builds()).hasSize(1);
    assertThat(Files.isSymbolicLink(root.resolve("target/.build-lock"))).isFalse();
  }

  @Test
  void theLockOfADeadLauncherIsTakenAway() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Files.createDirectories(root.resolve("target"));
    Files.createSymbolicLink(
        root.resolve("target/.build-lock"), Path.of(String.valueOf(dead.pid())));

    assertThat(launch("groups").code()).isZero();
  }

  @Test
  void theTestsEndWithTheirCoverage() throws Exception {
    var covering = new StringBuilder(MAVEN);
    for (String module : List.of("protocol", "cli")) {
      Path report = Files.createDirectories(root.resolve(module).resolve("target/site/jacoco"));
      covering.append(
          """
          cat >'%s' <<END
          GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,\
          LINE_MISSED,LINE_COVERED,COMPLEXITY_MISSED,COMPLEXITY_COVERED,METHOD_MISSED,METHOD_COVERED
          Muster,dev.muster,A,0,0,0,0,1,9,0,0,0,0
          Muster,dev.muster,B,0,0,0,0,3,%s,0,0,0,0
          END
          """
              .formatted(report.resolve("jacoco.csv"), module.equals("cli") ? "7" : "27"));
    }
    executable(bin.resolve("mvn"), covering.toString());
    Path old = Files.createDirectories(root.resolve("server/target/site/jacoco"));
    Files.writeString(old.resolve("jacoco.csv"), "head\nM,p,C,0,0,0,0,900,0,0,0,0,0\n");

    Ran ran = launch("test");

    assertThat(ran.code()).isZero();
    assertThat(ran.out().lines())
        .contains(
            "[INFO] Building Muster CLI 0.1.0      [3/3]", "[INFO] BUILD SUCCESS", "Line coverage")
        .contains("  protocol      90.0 %      36 of     40 lines")
        .contains("  total         86.7 %      52 of     60 lines");
    assertThat(launch("groups").err()).isEmpty();
  }

  @Test
  void aFailedTestFailsTheRun() throws Exception {
    executable(bin.resolve("mvn"), MAVEN.replace("SUCCESS\"", "FAILURE\"; exit 1"));

    assertThat(launch("test", "-pl", "cli").code()).isEqualTo(1);
    assertThat(builds()).containsExactly("-B -ntp verify -pl cli");
  }
}
