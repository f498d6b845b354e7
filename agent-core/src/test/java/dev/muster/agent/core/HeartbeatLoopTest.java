package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.core.Transport.Reply;
import dev.muster.agent.core.Transport.Request;
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

/// The loop on the test's own thread, until it has waited as often as the clock was told.
class HeartbeatLoopTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final AgentSettings SETTINGS =
      new AgentSettings(
          "Pixel", "16", "0.1.0", Platform.ANDROID, "kiosk", null, Duration.ofMinutes(1));

  private final ScriptedTransport server = new ScriptedTransport();
  private final FakeDevice device = new FakeDevice();
  private final FakeVitals vitals = new FakeVitals();
  private final MemoryHeartbeatQueue queue = new MemoryHeartbeatQueue();
  private final ManualClock clock = new ManualClock();
  private final List<AgentEvent> events = new ArrayList<>();
  private HeartbeatLoop loop = loop(null);

  HeartbeatLoopTest() {
    device.saved.add(new AgentState("hw", "d1", "md_1", 0, null));
  }

  private HeartbeatLoop loop(@Nullable Duration interval) {
    AgentPorts ports =
        new AgentPorts(server, device, device, Doorbell.none(), clock, () -> 0.5, events::add);
    return new HeartbeatLoop(
        SETTINGS,
        ports,
        new HeartbeatPorts(vitals, queue, interval, Thread::new),
        new AgentMemory(device));
  }

  private void runUntilWait(int waits) {
    clock.endAfterWaits(waits);
    assertThatThrownBy(loop::run).isInstanceOf(InterruptedException.class);
  }

  private void down(int answers) {
    for (int i = 0; i < answers; i++) {
      server.next(new IOException("no route to host"));
    }
  }

  private List<Json.Obj> batch(int number) throws IOException {
    List<Json.Obj> heartbeats = new ArrayList<>();
    if (server.body(number).fields().get("heartbeats") instanceof Json.Arr list) {
      for (Json item : list.items()) {
        heartbeats.add((Json.Obj) item);
      }
    }
    return heartbeats;
  }

  private static String time(Json.Obj heartbeat) {
    return heartbeat.fields().get("timestamp_utc") instanceof Json.Text text ? text.value() : "";
  }

  @Test
  void aHeartbeatHasAllThatTheContractAsksFor() throws IOException {
    runUntilWait(2);
    Request request = server.requests.get(0);
    assertThat(request).hasToString("POST /v1/heartbeat");
    assertThat(request.headers()).containsEntry("Authorization", "Bearer md_1");
    assertThat(request.gzipped()).isFalse();
    assertThat(request.body())
        .isEqualTo(
            "{\"alias\":\"kiosk\",\"app_version\":\"0.1.0\",\"app_versions\":{\"com.example.pos\":"
                + "{\"installed\":true,\"version_code\":210,\"version_name\":\"2.1\"}},"
                + "\"battery\":{\"charging\":false,\"pct\":99,\"temperature_c\":31.3},"
                + "\"device_id\":\"d1\","
                + "\"memory\":{\"avail_ram_mb\":6144,\"pressure_pct\":25,\"total_ram_mb\":8192},"
                + "\"network\":{\"ip\":\"10.0.0.7\",\"ssid\":\"Shop\",\"transport\":\"wifi\"},"
                + "\"queue_depth\":0,"
                + "\"speedtest_running_signals\":"
                + "{\"foreground_recent_seconds\":12,\"has_service_notification\":true},"
                + "\"system\":{\"android_version\":\"16\",\"build_id\":\"BP1A\uFFFD\","
                + "\"manufacturer\":\"Google\",\"model\":\"Pixel\",\"patch_level\":\"2026-01-05\","
                + "\"sdk_int\":36,\"uptime_seconds\":3600},"
                + "\"timestamp_utc\":\"2026-01-01T00:00:15.000000+00:00\"}");
    assertThat(events).containsExactly(new AgentEvent.HeartbeatsSent(1));
  }

  @Test
  void theFirstComesSoonTheSecondAnyTimeAndTheRestAtTheInterval() {
    runUntilWait(5);
    assertThat(clock.waits.stream().map(Duration::toSeconds))
        .containsExactly(15L, 150L, 300L, 300L, 300L);
    assertThat(server.calls()).hasSize(4).containsOnly("POST /v1/heartbeat");
  }

  @Test
  void theServerSetsTheIntervalUnlessTheAgentWasTold() {
    server.next(200, "{\"ok\":true,\"next_heartbeat_seconds\":60}");
    server.next(200, "{\"ok\":true,\"next_heartbeat_seconds\":60}");
    runUntilWait(4);
    assertThat(clock.waits.stream().map(Duration::toSeconds)).containsExactly(15L, 30L, 60L, 60L);

    clock.waits.clear();
    server.next(200, "{\"ok\":true,\"next_heartbeat_seconds\":60}");
    loop = loop(Duration.ofSeconds(10));
    runUntilWait(3);
    assertThat(clock.waits.stream().map(Duration::toSeconds)).containsExactly(5L, 5L, 10L);
  }

  @Test
  void anAbsurdIntervalIsBounded() {
    server.next(200, "{\"next_heartbeat_seconds\":0}");
    server.next(200, "{\"next_heartbeat_seconds\":1e300}");
    runUntilWait(3);
    assertThat(clock.waits).last().isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void whatWasTakenDuringAnOutageIsSentInOneBatchWithItsTimes() throws IOException {
    loop = loop(Duration.ofSeconds(10));
    down(4);
    server.next(200, "{\"ok\":true,\"stored\":2,\"duplicates\":0,\"refused\":[]}");
    runUntilWait(9);
    int last = server.requests.size() - 1;
    while (!server.calls().get(last).endsWith("heartbeats")) {
      last--;
    }
    assertThat(server.requests.get(last).gzipped()).isTrue();
    List<Json.Obj> sent = batch(last);
    assertThat(sent.size()).isGreaterThan(1);
    assertThat(sent.stream().map(HeartbeatLoopTest::time).toList())
        .isSorted()
        .doesNotHaveDuplicates()
        .startsWith("2026-01-01T00:00:05.000000+00:00");
    assertThat(queue.size()).isZero();
    assertThat(events).contains(new AgentEvent.HeartbeatsSent(sent.size()));
  }

  @Test
  void anOutageBacksOffAndTheServerMayAskForMore() {
    down(2);
    server.next(new Reply(503, Map.of("Retry-After", "20"), ""));
    runUntilWait(5);
    assertThat(clock.waits.stream().map(Duration::toSeconds))
        .containsExactly(15L, 1L, 2L, 24L, 150L - 27);
  }

  @Test
  void aServerThatIsThereAgainIsAskedAtOnceButNotBeforeTheTimeThatItAskedFor() {
    down(1);
    server.next(new Reply(503, Map.of("Retry-After", "20"), ""));
    clock.endAfterWaits(2);
    assertThatThrownBy(loop::run).isInstanceOf(InterruptedException.class);
    loop.serverIsThere();
    clock.endAfterWaits(2);
    assertThatThrownBy(loop::run).isInstanceOf(InterruptedException.class);
    assertThat(server.calls()).containsExactly("POST /v1/heartbeat", "POST /v1/heartbeats");
    loop.serverIsThere();
    clock.endAfterWaits(1);
    assertThatThrownBy(loop::run).isInstanceOf(InterruptedException.class);
    assertThat(server.calls()).as("it asked for 20 s").hasSize(2);
  }

  @Test
  void aHeartbeatThatTheServerSaysIsWrongIsDroppedAndSaid() {
    server.next(422, "{\"detail\":\"battery.pct must be 0 to 100\"}");
    runUntilWait(3);
    assertThat(queue.size()).isZero();
    assertThat(events.get(0))
        .isInstanceOf(AgentEvent.HeartbeatDropped.class)
        .asString()
        .contains("battery.pct must be 0 to 100");
    assertThat(server.calls()).containsOnly("POST /v1/heartbeat");
  }

  @Test
  void whatABatchHasRefusedIsSaidAndNotSentAgain() throws IOException {
    for (int i = 0; i < 3; i++) {
      queue.add(heartbeat("d1", i));
    }
    server.next(
        200,
        "{\"ok\":true,\"stored\":2,\"duplicates\":0,\"refused\":"
            + "[{\"index\":1,\"field\":\"timestamp_utc\",\"message\":\"is too old\"},"
            + "{\"index\":1,\"message\":\"and wrong\"}]}");
    runUntilWait(1);
    assertThat(queue.size()).isZero();
    assertThat(events)
        .containsExactly(
            new AgentEvent.HeartbeatDropped("timestamp_utc: is too old, and wrong"),
            new AgentEvent.HeartbeatsSent(2));
  }

  @Test
  void aBatchThatIsRefusedAsAWholeIsHalvedUntilTheCulpritIsAlone() throws IOException {
    for (int i = 0; i < 4; i++) {
      queue.add(heartbeat("d1", i));
    }
    server.next(422, "{}"); // all four
    server.next(422, "{}"); // the first two
    server.next(200, "{}"); // the first
    server.next(422, "{\"detail\":\"it is this one\"}"); // the next two
    server.next(422, "{\"detail\":\"it is this one\"}"); // the second
    runUntilWait(1);
    assertThat(queue.size()).isZero();
    assertThat(events).filteredOn(AgentEvent.HeartbeatDropped.class::isInstance).hasSize(1);
    assertThat(server.calls()).hasSize(6).containsOnly("POST /v1/heartbeats");
  }

  @Test
  void aLargeBacklogGoesInBatchesOfFiveHundred() throws IOException {
    for (int i = 0; i < 1_200; i++) {
      queue.add(heartbeat("d1", i));
    }
    runUntilWait(1);
    assertThat(batch(0)).hasSize(500);
    assertThat(batch(1)).hasSize(500);
    assertThat(batch(2)).hasSize(200);
    assertThat(time(batch(0).get(0))).isEqualTo("2026-01-01T00:00:00.000000+00:00");
  }

  @Test
  void theNewestAreKeptOfMoreThanFit() throws IOException {
    for (int i = 0; i < HeartbeatLoop.MOST_KEPT; i++) {
      queue.add(heartbeat("d1", i));
    }
    down(20);
    runUntilWait(8);
    assertThat(queue.size()).isEqualTo(HeartbeatLoop.MOST_KEPT);
    assertThat(queue.oldest(1).get(0).takenAt()).isAfter(START);
  }

  @Test
  void whatIsOlderThanADayOrAnotherDevicesIsNotSent() throws IOException {
    queue.add(heartbeat("d0", 0));
    queue.add(heartbeat("d1", 0));
    queue.add(heartbeat("d1", 60));
    clock.set(START.plus(HeartbeatLoop.KEPT).plusSeconds(30));
    runUntilWait(1);
    assertThat(batch(0)).hasSize(1);
    assertThat(queue.size()).isZero();
  }

  @Test
  void aPingIsAnsweredByAHeartbeatAtOnce() throws IOException {
    loop.answerPing("r1");
    runUntilWait(1);
    assertThat(server.body(0).fields())
        .containsEntry("is_ping_response", Json.of(true))
        .containsEntry("ping_request_id", Json.of("r1"));
    runUntilWait(2);
    assertThat(server.body(1).fields()).doesNotContainKey("is_ping_response");
  }

  @Test
  void aDeviceThatIsNobodySendsNothing() {
    device.saved.add(AgentState.of("hw"));
    loop = loop(null);
    runUntilWait(3);
    assertThat(server.calls()).isEmpty();
  }

  @Test
  void aDeviceThatCannotBeReadSaysSoAndIsReadAgain() {
    vitals.broken = true;
    runUntilWait(3);
    assertThat(server.calls()).isEmpty();
    assertThat(events.get(0))
        .isEqualTo(
            new AgentEvent.HeartbeatsDelayed("the sensors do not answer", Duration.ofSeconds(1)));
    vitals.broken = false;
    runUntilWait(2);
    assertThat(server.calls()).isNotEmpty();
  }

  @Test
  void aClockThatIsPutBackStopsNothing() {
    runUntilWait(3);
    int before = server.calls().size();
    clock.set(START.minus(Duration.ofDays(1)));
    loop.serverIsThere();
    runUntilWait(2);
    assertThat(server.calls().size()).isGreaterThan(before);
  }

  private static Heartbeat heartbeat(String id, int second) throws IOException {
    return Heartbeat.of(id, SETTINGS, START.plusSeconds(second), new FakeVitals().read(), null, 0);
  }
}
