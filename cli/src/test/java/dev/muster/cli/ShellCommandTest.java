package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellCommandTest extends FleetCliTest {

  @BeforeEach
  void serve() {
    ContractFleet.serveOn(fleet, 1);
  }

  private Ran piped(String text) {
    return typing(text, "shell", "--server", fleet.address().toString());
  }

  @Test
  void aFileOfCommandsIsRunLineByLine() {
    Ran ran =
        piped(
            """
            # the first device
            register d1 --name "Lobby 1"
            ./muster get-info d1

            exit
            register d2
            """);

    assertThat(ran.code()).isZero();
    assertThat(ran.lines())
        .startsWith("✓ Device 'd1' registered successfully", "Device Information:")
        .contains("  Name:          Lobby 1")
        .doesNotContain("✓ Device 'd2' registered successfully");
    assertThat(ran.err()).isEmpty();
  }

  @Test
  void aCommandThatFailsDoesNotEndItAndIsNotForgotten() {
    Ran ran = piped("get-info nobody\nregister d1\nlist --limit\nregister \"d2\nregister d3\n");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.lines())
        .containsExactly(
            "✗ gRPC error: StatusCode.NOT_FOUND - Device not found",
            "✓ Device 'd1' registered successfully",
            "✓ Device 'd3' registered successfully");
    assertThat(ran.err()).contains("--limit", "not closed");
    assertThat(piped("get-info nobody\nlist").code()).isEqualTo(1);
  }

  @Test
  void optionsOfTheShellHoldForEachCommandAndOnesOwnComeFirst() throws Exception {
    assertThat(piped("list --output json").json().path("devices")).isEmpty();
    try (var other = new FakeFleet()) {
      ContractFleet.serveOn(other, 1);
      piped("register d1 --server " + other.address());
      assertThat(other.rpcs()).containsExactly("RegisterDevice");
      assertThat(fleet.rpcs()).containsExactly("ListDevices");
    }
  }

  @Test
  void whatIsNoCommandOfTheShellIsSaid() {
    Ran ran = piped("shell\nserver\nlogin --password-stdin --email a@b.c\nhelp\n");

    assertThat(ran.err()).contains("exit), then: ./muster shell", "./muster server");
    assertThat(ran.out()).contains("initiate-action");
  }

  /// A terminal of bytes, with somebody who types.
  private record Typed(int code, String out, String screen) {}

  private Typed type(String terminalType, Path history, String keys) throws Exception {
    var out = new StringWriter();
    var screen = new ByteArrayOutputStream();
    var shell =
        new Shell(
            InputStream.nullInputStream(),
            new PrintWriter(out),
            new PrintWriter(out),
            env,
            home,
            home,
            Optional.empty(),
            InstantSource.fixed(NOW));
    var in = new ByteArrayInputStream(keys.getBytes(StandardCharsets.UTF_8));
    Terminal terminal =
        new ExternalTerminal("typist", terminalType, in, screen, StandardCharsets.UTF_8);
    var commands = new ShellLine(shell, List.of("--server=" + fleet.address()));
    int code = new Prompt(terminal, commands, history).run();
    return new Typed(code, out.toString(), screen.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dumb", "xterm"})
  void commandsAreRunAtAPrompt(String terminalType) throws Exception {
    Typed typed = type(terminalType, home.resolve("history"), "register d1\nlist\nexit\nlist\n");

    assertThat(typed.code()).isZero();
    assertThat(typed.out())
        .contains("✓ Device 'd1' registered successfully", "Registered Devices (1 total):");
    assertThat(fleet.rpcs()).containsExactly("RegisterDevice", "ListDevices");
    assertThat(typed.screen()).contains("muster> ");
  }

  @Test
  void tabCompletesCommandsAndWords() throws Exception {
    Typed typed =
        type(
            "xterm",
            home.resolve("history"),
            "regis\td1\nset-status d1 MAINT\t\ninitiate-action d1 SYSTEM\t\n");

    assertThat(typed.out())
        .contains(
            "✓ Device 'd1' registered successfully",
            "  Current:  MAINTENANCE",
            "✓ Action initiated successfully");
  }

  @Test
  void whatWasTypedComesBackInTheNextShellAndIsOnesOwn() throws Exception {
    Path history = home.resolve("config/history");
    type("xterm", history, "register d1\n register secret\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(history)).contains("register d1").doesNotContain("secret");

    Typed again = type("xterm", history, "\u0010\n");

    assertThat(again.out()).contains("StatusCode.ALREADY_EXISTS");
  }
}
