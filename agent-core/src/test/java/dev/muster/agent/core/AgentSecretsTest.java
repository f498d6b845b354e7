package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Catalogue;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Platform;
import dev.muster.protocol.SecretDigest;
import dev.muster.protocol.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What an agent does with a secret setting, and what it never says of it.
class AgentSecretsTest {
  private static final String WIFI = "wifiNetworks";
  private static final Setting SETTING = Catalogue.find(WIFI).orElseThrow();
  private static final byte[] KEY = new byte[32];
  private static final Json NETWORKS =
      new Json.Arr(
          List.of(
              Json.obj(
                  Map.of(
                      "ssid", Json.of("office"),
                      "security", Json.of("wpa2"),
                      "password", Json.of("hunter2hunter2")))));

  private final FakeServer server = new FakeServer();
  private final FakeDevice device = new FakeDevice();
  private final ManualClock clock = new ManualClock();
  private final List<AgentEvent> events = new ArrayList<>();

  AgentSecretsTest() {
    server.settings = Json.obj(Map.of(WIFI, NETWORKS));
    server.digestKeys =
        Json.obj(
            Map.of(WIFI, Json.of(Base64.getUrlEncoder().withoutPadding().encodeToString(KEY))));
    device.actual.put(WIFI, Json.NULL);
  }

  private @Nullable Json report() {
    clock.endAfterWaits(1);
    Agent agent =
        new Agent(
            new AgentSettings(
                "Pixel", "16", "0.1.0", Platform.ANDROID, null, null, Duration.ofMinutes(1)),
            new AgentPorts(
                server, device, device, new FakeDoorbell(), clock, () -> 0.5, events::add),
            null,
            null);
    assertThatThrownBy(agent::run).isInstanceOf(InterruptedException.class);
    Json.Obj report = server.reports.get(server.reports.size() - 1);
    assertThat(report.canonical()).doesNotContain("hunter2");
    assertThat(events.toString()).doesNotContain("hunter2");
    return report.fields().get("settings") instanceof Json.Obj settings
        ? settings.fields().get(WIFI)
        : null;
  }

  @Test
  void theDeviceGetsTheSecretAndTheServerADigestOfWhatIsReallyThere() {
    assertThat(report()).isEqualTo(SecretDigest.of(KEY, SETTING, NETWORKS));
    assertThat(device.actual).containsEntry(WIFI, NETWORKS);
    assertThat(server.reports.get(0).fields()).containsEntry("compliant", Json.of(true));
  }

  @Test
  void whatTheUserChangedIsAnotherDigest() {
    device.ignored.add(WIFI);
    assertThat(report()).isEqualTo(SecretDigest.of(KEY, SETTING, Json.NULL));
    assertThat(server.reports.get(0).fields()).containsEntry("compliant", Json.of(false));
    assertThat(events.toString()).contains(WIFI);
  }

  @Test
  void aReasonThatRepeatsTheSecretIsSaidWithoutIt() {
    device.refusals.put(WIFI, "supplicant refused psk=hunter2hunter2 of office");
    assertThat(report())
        .isEqualTo(new Observed.Failed("supplicant refused psk=******** of ********").toWire());
  }

  @Test
  void aSecretThatIsWithheldIsNotEnforcedAndTheReportSaysWhy() {
    server.settings = Json.obj(Map.of(WIFI, Json.of("********")));
    server.digestKeys = Json.obj(Map.of());
    assertThat(Observed.fromWire(Objects.requireNonNull(report())))
        .isInstanceOfSatisfying(
            Observed.Failed.class,
            failed -> assertThat(failed.reason()).contains("only to a device with a token"));
    assertThat(device.actual).containsEntry(WIFI, Json.NULL);
  }

  @Test
  void ofASecretThatNobodyAsksForNothingIsSaid() {
    server.settings = Json.obj(Map.of());
    server.digestKeys = Json.obj(Map.of());
    device.actual.put(WIFI, NETWORKS);
    assertThat(report()).isNull();
  }
}
