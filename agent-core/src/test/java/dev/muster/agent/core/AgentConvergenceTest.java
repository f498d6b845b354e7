package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/// Whatever happens to a device, its server and the network between them: once it is quiet again,
/// the device becomes what it should be, and the server knows.
class AgentConvergenceTest {
  enum Trouble {
    PUBLISH,
    ROLL_BACK,
    USER_CHANGES_SOMETHING,
    SERVER_FORGETS,
    TOKENS_REVOKED,
    NO_NETWORK,
    OVERLOADED,
    NONSENSE,
    SETTING_FAILS,
    RESTART,
    QUIET
  }

  private final FakeServer server = new FakeServer();
  private final FakeDevice device = new FakeDevice();
  private final ManualClock clock = new ManualClock();
  private Agent agent = newAgent();

  private Agent newAgent() {
    return new Agent(
        new AgentSettings(
            "Pixel", "16", "0.1.0", Platform.ANDROID, null, "me_token", Duration.ofMinutes(1)),
        new AgentPorts(server, device, device, Doorbell.none(), clock, () -> 0.5, event -> {}),
        null,
        null);
  }

  @Property(tries = 500)
  void theLoopAlwaysConverges(@ForAll @Size(max = 30) List<Trouble> history) {
    device.actual.put("passwordMinLength", Json.of(0));
    publish(1);
    for (Trouble trouble : history) {
      happen(trouble);
      sync(1);
    }
    device.refusals.clear();
    server.troubles.clear();
    sync(2);

    assertThat(device.actual.get("passwordMinLength"))
        .isEqualTo(server.settings.fields().get("passwordMinLength"));
    Json.Obj last = server.reports.get(server.reports.size() - 1);
    assertThat(last.fields())
        .containsEntry("appliedPolicyVersion", Json.of(server.version))
        .containsEntry("compliant", Json.of(true))
        .containsEntry("settings", server.settings);
    assertThat(server.deviceByHardware).as("it is one device all along").hasSize(1);
    assertThat(server.reports.stream().map(AgentConvergenceTest::sequence))
        .isSorted()
        .doesNotHaveDuplicates();
  }

  private void happen(Trouble trouble) {
    switch (trouble) {
      case PUBLISH -> publish(server.version + 1);
      case ROLL_BACK -> publish(Math.max(1, server.version - 3));
      case USER_CHANGES_SOMETHING -> device.actual.put("passwordMinLength", Json.of(3));
      case SERVER_FORGETS -> server.forgetDevices();
      case TOKENS_REVOKED -> server.revokeTokens();
      case NO_NETWORK -> server.troubleNext(new IOException("no network"));
      case OVERLOADED ->
          server.troubleNext(new Transport.Reply(503, Map.of("Retry-After", "5"), ""));
      case NONSENSE -> server.troubleNext(new Transport.Reply(200, Map.of(), "<html>"));
      case SETTING_FAILS -> device.refusals.put("passwordMinLength", "busy");
      case RESTART -> agent = newAgent();
      case QUIET -> device.refusals.clear();
    }
  }

  private void publish(long version) {
    server.version = version;
    server.settings = Json.obj(Map.of("passwordMinLength", Json.of(4 + version)));
  }

  private void sync(int times) {
    clock.endAfterWaits(times);
    assertThatThrownBy(agent::run).isInstanceOf(InterruptedException.class);
  }

  private static long sequence(Json.Obj report) {
    return report.fields().get("sequence") instanceof Json.Num number
        ? number.value().longValueExact()
        : -1;
  }
}
