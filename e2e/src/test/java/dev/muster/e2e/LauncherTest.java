package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The launcher with what is really built.
class LauncherTest {
  private static final Cli CLI =
      new Cli(Path.of("target", "stages", "LauncherTest").toAbsolutePath());

  @Test
  void theVersionIsTheSameEverywhere() {
    String version = CLI.run("--version").done().strip();

    assertThat(version).matches("muster [0-9]+\\.[0-9]+\\.[0-9]+");
    String number = version.substring("muster ".length());
    assertThat(CLI.run("server", "--version").done()).contains(number);
    assertThat(CLI.run("agent", "--version").done()).contains(number);
    assertThat(CLI.run("-V").done().strip()).isEqualTo(version);
  }

  @Test
  void helpNamesAllPrograms() {
    assertThat(CLI.run("--help").done())
        .contains("policy", "devices", "compliance", "enroll-token")
        .contains("server ", "simulate ", "demo ", "test ");
    assertThat(CLI.run("server", "--help").done()).contains("--database-url", "--open", "--data");
    assertThat(CLI.run("simulate", "--help").done()).contains("--drift", "--offline");
    assertThat(CLI.run("policy", "set", "--help").done()).contains("KEY=VALUE");
  }

  @Test
  void anUnknownCommandIsWrongUsage() {
    Cli.Ran ran = CLI.run("frobnicate");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("frobnicate");
  }
}
