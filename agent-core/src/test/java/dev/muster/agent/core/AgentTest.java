package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AgentTest {
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private final FakeServer server = new FakeServer();
  private final FakeDevice device = new FakeDevice();
  private final FakeDoorbell doorbell = new FakeDoorbell();
  private final ManualClock clock = new ManualClock();
  private final List<AgentEvent> events = new ArrayList<>();
  private @Nullable String enrollmentToken;
  private Agent agent = newAgent();

  AgentTest() {
    device.actual.put("cameraDisabled", Json.of(false));
  }

  private Agent newAgent() {
    return new Agent(
        new AgentSettings(
            "Pixel", "16", "0.1.0", Platform.ANDROID, "kiosk", enrollmentToken, INTERVAL),
        new AgentPorts(server, device, device, doorbell, clock, () -> 0.5, events::add),
        null,
        null);
  }

  private void runUntilWait(int waits) {
    clock.endAfterWaits(waits);
    assertThatThrownBy(agent::run).isInstanceOf(InterruptedException.class);
  }

  @Test
  void aNewDeviceEnrollsPullsEnforcesAndReports() {
    runUntilWait(1);
    assertThat(server.calls)
        .containsExactly(
            "POST /enroll", "GET /devices/device-1/policy", "POST /devices/device-1/report");
    assertThat(device.actual).containsEntry("cameraDisabled", Json.of(true));
    assertThat(lastReport("deviceId")).isEqualTo(Json.obj(Map.of("value", Json.of("device-1"))));
    assertThat(lastReport("appliedPolicyVersion")).isEqualTo(Json.of(1));
    assertThat(lastReport("cameraDisabled")).isEqualTo(Json.of(true));
    assertThat(lastReport("compliant")).isEqualTo(Json.of(true));
    assertThat(lastSettings()).isEqualTo("{\"cameraDisabled\":true}");
    assertThat(events)
        .containsExactly(new AgentEvent.Enrolled("device-1"), new AgentEvent.Synced(1, List.of()));
  }

  @Test
  void aKnownDeviceDoesNotEnrollAgainAfterARestart() {
    runUntilWait(1);
    agent = newAgent();
    server.calls.clear();
    runUntilWait(1);
    assertThat(server.calls)
        .containsExactly("GET /devices/device-1/policy", "POST /devices/device-1/report");
    assertThat(device.enforced).as("a start enforces, whatever was before").hasSize(2);
  }

  @Test
  void theTimerSyncsAgainAndAnAppliedPolicyIsNotEnforcedTwice() {
    runUntilWait(3);
    assertThat(server.reports).hasSize(3);
    assertThat(device.enforced).hasSize(1);
    assertThat(clock.waits).containsOnly(INTERVAL);
  }

  @Test
  void anyOtherVersionIsEnforcedAlsoALowerOne() {
    server.version = 7;
    runUntilWait(1);
    server.version = 3;
    server.settings = Json.obj(Map.of("cameraDisabled", Json.of(false)));
    runUntilWait(1);
    assertThat(device.actual).containsEntry("cameraDisabled", Json.of(false));
    assertThat(lastReport("appliedPolicyVersion")).isEqualTo(Json.of(3));
  }

  @Test
  void aServerThatSendsNoSettingsMeansTheCameraAlone() {
    runUntilWait(1);
    server.troubledPath = "/policy";
    server.troubleNext(
        new Transport.Reply(200, Map.of(), "{\"version\": 2, \"cameraDisabled\": false}"));
    runUntilWait(1);
    assertThat(device.actual).containsEntry("cameraDisabled", Json.of(false));
    assertThat(lastReport("appliedPolicyVersion")).isEqualTo(Json.of(2));
  }

  @Test
  void aPolicyWithoutWholeVersionOrSettingsIsAFailure() {
    runUntilWait(1);
    server.troubledPath = "/policy";
    List<String> bodies =
        List.of("{\"version\": 1.5, \"settings\": {}}", "{\"version\": \"2\"}", "{\"version\": 2}");
    bodies.forEach(body -> server.troubleNext(new Transport.Reply(200, Map.of(), body)));
    events.clear();
    runUntilWait(3);
    assertThat(events).hasSize(3).allMatch(AgentEvent.SyncFailed.class::isInstance);
    assertThat(device.enforced).hasSize(1);
  }

  @Test
  void driftIsReportedAsFoundAndPutBackAtTheNextSync() {
    runUntilWait(1);
    device.actual.put("cameraDisabled", Json.of(false));
    runUntilWait(1);
    assertThat(lastReport("compliant")).isEqualTo(Json.of(false));
    assertThat(lastSettings()).isEqualTo("{\"cameraDisabled\":false}");
    runUntilWait(1);
    assertThat(lastReport("compliant")).isEqualTo(Json.of(true));
    assertThat(device.enforced).hasSize(2);
  }

  @Test
  void oneFailedSettingDoesNotHideTheOthers() {
    device.actual.put("passwordMinLength", Json.of(4));
    device.refusals.put("passwordMinLength", "the keyguard is busy");
    server.settings =
        Json.obj(
            Map.of(
                "cameraDisabled",
                Json.of(true),
                "passwordMinLength",
                Json.of(8),
                "appsBlocked",
                Json.texts(List.of("x"))));
    runUntilWait(1);
    assertThat(lastSettings())
        .isEqualTo(
            "{\"appsBlocked\":{\"unsupported\":true},\"cameraDisabled\":true,"
                + "\"passwordMinLength\":{\"failed\":\"the keyguard is busy\"}}");
  }

  @Test
  void aSettingThatFailedButIsAsDesiredIsReportedAsItIs() {
    device.actual.put("cameraDisabled", Json.of(true));
    device.refusals.put("cameraDisabled", "already so");
    runUntilWait(1);
    assertThat(lastSettings()).isEqualTo("{\"cameraDisabled\":true}");
  }

  @Test
  void anEnforcerThatBreaksIsStillReadBackAndReported() {
    device.broken = true;
    runUntilWait(1);
    assertThat(lastSettings())
        .isEqualTo("{\"cameraDisabled\":{\"failed\":\"the device is out of order\"}}");
  }

  @Test
  void whatWasEnforcedButCouldNotBeReadBackIsEnforcedAgain() {
    runUntilWait(1);
    server.version = 2;
    device.unreadable = true;
    runUntilWait(1);
    assertThat(server.reports).hasSize(1);
    device.unreadable = false;
    runUntilWait(1);
    assertThat(device.enforced).hasSize(3);
    assertThat(lastReport("appliedPolicyVersion")).isEqualTo(Json.of(2));
  }

  @Test
  void aDeviceThatTheServerForgotEnrollsAgainAsTheSameDevice() {
    runUntilWait(1);
    server.forgetDevices();
    server.calls.clear();
    runUntilWait(1);
    assertThat(server.calls)
        .containsExactly(
            "GET /devices/device-1/policy",
            "POST /enroll",
            "GET /devices/device-1/policy",
            "POST /devices/device-1/report");
    assertThat(server.deviceByHardware).containsOnlyKeys("hardware-1");
  }

  @Test
  void aDeviceThatStaysUnknownBacksOffInsteadOfEnrollingWithoutEnd() {
    server.troubledPath = "/policy";
    for (int i = 0; i < 20; i++) {
      server.troubleNext(FakeServer.problem(404, "No such device."));
    }
    runUntilWait(2);
    assertThat(server.calls).hasSize(2 + 3);
    assertThat(clock.waits).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void aRefusedCredentialIsReplacedWithTheEnrollmentToken() {
    enrollmentToken = "me_secret";
    server.requiredEnrollmentToken = "me_secret";
    agent = newAgent();
    runUntilWait(1);
    server.revokeTokens();
    runUntilWait(1);
    assertThat(server.reports).hasSize(2);
    assertThat(device.load().deviceToken()).isEqualTo("md_2");
    assertThat(doorbell.listened)
        .containsExactly("device-1 md_1", "device-1 md_1", "device-1 md_2");
  }

  @Test
  void aRefusedCredentialWithoutEnrollmentTokenBacksOffAndSaysSo() {
    runUntilWait(1);
    server.revokeTokens();
    events.clear();
    runUntilWait(2);
    assertThat(server.calls).filteredOn("POST /enroll"::equals).hasSize(1);
    assertThat(events)
        .hasSize(2)
        .allSatisfy(event ->
            assertThat(event.toString())
                .contains(
                    "The token is not valid.",
                    "an enrollment token would let this device in again"));
  }

  @Test
  void withoutTheEnrollmentTokenItIsNotLetIn() {
    server.requiredEnrollmentToken = "me_secret";
    runUntilWait(1);
    assertThat(events.toString())
        .contains("POST /enroll", "401", "No valid enrollment token.")
        .doesNotContain("me_secret");
  }

  @Test
  void theDoorbellTokenGoesFirstAndItsFailureStopsNothing() {
    doorbell.token = "fcm-1";
    server.troubledPath = "/token";
    server.troubleNext(FakeServer.problem(500, "Oh."));
    runUntilWait(2);
    assertThat(server.calls)
        .containsExactly(
            "POST /enroll",
            "POST /devices/device-1/token",
            "GET /devices/device-1/policy",
            "POST /devices/device-1/report",
            "POST /devices/device-1/token",
            "GET /devices/device-1/policy",
            "POST /devices/device-1/report");
  }

  @Test
  void bellsDuringASyncMakeExactlyOneMore() {
    server.duringPolicy =
        () -> {
          if (server.reports.isEmpty()) {
            agent.ring();
            agent.ring();
            agent.ring();
          }
        };
    runUntilWait(3);
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    assertThat(server.reports).hasSize(3);
    assertThat(clock.now())
        .as("one wait was cut short, the second was not")
        .isEqualTo(start.plus(INTERVAL));
  }

  @Test
  void failuresBackOffWithFullJitterUpToFiveMinutesAndASuccessResetsIt() {
    for (int i = 0; i < 10; i++) {
      server.troubleNext(new IOException("no route to host"));
    }
    runUntilWait(12);
    assertThat(clock.waits.stream().map(Duration::toSeconds).toList())
        .containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 150L, 150L, 60L, 60L);
    assertThat(events.get(0))
        .isEqualTo(new AgentEvent.SyncFailed("no route to host", Duration.ofSeconds(1)));
    server.troubleNext(new IOException("no route to host"));
    clock.waits.clear();
    runUntilWait(1);
    assertThat(clock.waits).containsExactly(Duration.ofSeconds(1));
  }

  @Test
  void aBellCutsABackoffShortButNotWhatTheServerAskedFor() {
    server.troubleNext(new IOException("no route to host"));
    server.troubleNext(new Transport.Reply(503, Map.of("retry-after", "30"), ""));
    runUntilWait(2);
    assertThat(clock.deaf).containsExactly(false, true);
    assertThat(clock.waits.get(1)).isEqualTo(Duration.ofSeconds(32));
  }

  @Test
  void whatIsNotAnAnswerOfTheLoopIsAFailure() {
    for (String body :
        List.of("", "<html>", "[]", "{}", "{\"deviceId\":{\"value\":\"../admin\"}}")) {
      server.troubleNext(new Transport.Reply(200, Map.of(), body));
    }
    runUntilWait(5);
    assertThat(events).hasSize(5).allMatch(AgentEvent.SyncFailed.class::isInstance);
    assertThat(device.saved).hasSize(1);
  }

  @Test
  void aReportThatDidNotArriveIsMadeAgain() {
    server.troubledPath = "/report";
    server.troubleNext(new IOException("reset"));
    runUntilWait(2);
    assertThat(server.reports).hasSize(1);
    assertThat(lastReport("appliedPolicyVersion")).isEqualTo(Json.of(1));
  }

  @Test
  void sequencesGrowAcrossRestartsEvenWhenTheClockGoesBack() {
    runUntilWait(2);
    agent = newAgent();
    clock.set(Instant.parse("2020-01-01T00:00:00Z"));
    runUntilWait(2);
    agent = newAgent();
    clock.set(Instant.parse("2027-01-01T00:00:00Z"));
    runUntilWait(1);
    List<Long> sequences =
        server.reports.stream()
            .map(r -> ((Json.Num) field(r, "sequence")).value().longValueExact())
            .toList();
    assertThat(sequences).hasSize(5).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void reportsRarelyCostAWrite() {
    server.version = 1;
    runUntilWait(9);
    assertThat(server.reports).hasSize(9);
    assertThat(device.saved).as("new, enrolled, reserved").hasSize(3);
  }

  @Test
  void theDoorbellIsClosedAtTheEnd() {
    runUntilWait(1);
    assertThat(doorbell.listened).isNotEmpty();
    assertThat(doorbell.listener).isNull();
  }

  private Json lastReport(String key) {
    return field(server.reports.get(server.reports.size() - 1), key);
  }

  private String lastSettings() {
    return lastReport("settings").canonical();
  }

  private static Json field(Json.Obj obj, String key) {
    Json value = obj.fields().get(key);
    assertThat(value).as(key).isNotNull();
    return value == null ? Json.NULL : value;
  }
}
