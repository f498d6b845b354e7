package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.fleet.InitiateDeviceActionRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The script of docs/scripting.md as it stands there, run by a shell with processes of its own.
class ScriptTest extends FleetCliTest {

  private static String script() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "scripting.md"));
    int begin = page.indexOf("```sh\n") + "```sh\n".length();
    return page.substring(begin, page.indexOf("```", begin));
  }

  @Test
  void theScriptOfThePageDoesWhatItSays() throws Exception {
    ContractFleet.serveOn(fleet, 1);
    String muster =
        "%s --sun-misc-unsafe-memory-access=allow -XX:TieredStopAtLevel=1 -cp %s dev.muster.cli.Main --server %s"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                fleet.address());
    Path file = home.resolve("drive.sh");
    Files.writeString(file, script().replace("./muster --server localhost:50051", muster));
    var builder = new ProcessBuilder("sh", file.toString()).redirectErrorStream(true);
    builder.environment().put("XDG_CONFIG_HOME", home.toString());
    builder.environment().remove("MUSTER_API_KEY");

    Process sh = builder.start();
    String said = new String(sh.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(sh.waitFor()).as(said).isZero();
    assertThat(said.lines())
        .startsWith("✓ Device 'press-1' registered successfully", "Device Information:")
        .contains(
            "Polling action 'action_1763640000123_1' (interval: 2.0s)...",
            "✓ Action completed successfully!",
            "✓ Device 'press-1' status updated:",
            "Registered Devices (1 total):");
    assertThat(fleet.rpcs())
        .containsExactly(
            "RegisterDevice",
            "GetDeviceInfo",
            "InitiateDeviceAction",
            "GetDeviceActionStatus",
            "SetDeviceStatus",
            "ListDevices");
    assertThat(((InitiateDeviceActionRequest) fleet.asked().get(2).request()).getActionParamsMap())
        .containsEntry("version", "2.1.0")
        .containsEntry("channel", "stable");
  }
}
