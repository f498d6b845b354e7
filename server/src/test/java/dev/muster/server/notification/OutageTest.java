package dev.muster.server.notification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.device.Device;
import dev.muster.server.notification.NotificationWorld.Tenant;
import dev.muster.server.telemetry.Heartbeat;
import dev.muster.server.testing.Race;
import dev.muster.server.watch.WatchWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Outages from the heartbeats to what a receiver hears of them, on two nodes that see the same at
/// the same moment.
class OutageTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final WatchWorld watch = new WatchWorld();
  private final NotificationWorld messages =
      new NotificationWorld(watch.testDatabase, watch.clock, Map.of());
  private final List<Server> servers =
      List.of(new Server(watch.node, messages.node), new Server(watch.node(), messages.newNode()));

  /// One node of the cluster: it finds out, and it tells.
  private record Server(WatchWorld.Node watch, NotificationWorld.Node messages) {
    void run() {
      watch.run();
      messages.run();
    }
  }

  @BeforeEach
  void tellAReceiver() {
    watch.listeners.add(messages.queue);
    new Tenant(messages, watch.admin).channel(Channel.Kind.WEBHOOK, "/hook");
  }

  @AfterEach
  void close() {
    messages.close();
  }

  /// Both nodes do all that they do, at the same moment.
  private void run() {
    Race.times(
        servers.size(),
        number -> {
          servers.get(number).run();
          return number;
        });
  }

  private void pass(long seconds) {
    for (long second = 0; second < seconds; second++) {
      watch.clock.advance(SECOND);
      run();
    }
  }

  /// Both nodes store a heartbeat of each of the devices, at the same moment.
  private void heard(List<Device> devices, Function<Device, Heartbeat> beat) {
    Race.times(
        servers.size(),
        number -> {
          servers.get(number).watch().store(devices.stream().map(beat).toList());
          return number;
        });
  }

  private long alerts(String where) {
    return watch.count("select count(*) from alert.alert where " + where);
  }

  private List<FakeReceiver.Received> received() {
    return messages.receiver.received("/hook");
  }

  private List<String> titles() {
    return received().stream().map(message -> message.text("title")).toList();
  }

  /// The alerts that messages name, with what is said of each: raised or recovered.
  private List<String> told() {
    List<String> told = new ArrayList<>();
    for (FakeReceiver.Received message : received()) {
      for (Json item : named(message)) {
        Map<String, Json> fields = ((Json.Obj) item).fields();
        told.add(fields.get("alert_id") + " " + fields.get("event"));
      }
    }
    return told;
  }

  private static List<Json> named(FakeReceiver.Received message) {
    return message.json().fields().get("alerts") instanceof Json.Arr list
        ? list.items()
        : List.of();
  }

  /// That there was so much, and that each alert was raised once, has recovered once, and was told
  /// of once each time, in a message of its own.
  private void requireEachOnce(int raised, int recovered) {
    assertThat(alerts("true")).isEqualTo(raised);
    assertThat(alerts("recovered_at is not null")).isEqualTo(recovered);
    assertThat(watch.heard.raised).hasSize(raised);
    assertThat(watch.heard.recovered).hasSize(recovered);
    assertThat(received().stream().map(message -> message.text("type")))
        .hasSize(raised + recovered)
        .filteredOn("raised"::equals)
        .hasSize(raised);
    assertThat(received().stream().map(message -> message.header("X-Muster-Delivery")))
        .doesNotHaveDuplicates();
    assertThat(told()).hasSize(raised + recovered).doesNotHaveDuplicates();
  }

  @Test
  void devicesThatTwoNodesFindSilentAreRaisedOnceToldOnceAndRecoverOnce() {
    List<Device> devices = watch.devices(4);
    for (int outage = 1; outage <= 3; outage++) {
      heard(devices, watch::well);
      watch.clock.advance(Duration.ofMinutes(12));
      run();
      pass(10);
      requireEachOnce(4 * outage, 4 * outage - 4);

      heard(devices, watch::well);
      run();
      pass(10);
      requireEachOnce(4 * outage, 4 * outage);
      watch.clock.advance(
          Duration.ofMinutes(11)); // not silent, and past the cooldown with the next
      heard(devices, watch::well);
      watch.clock.advance(Duration.ofMinutes(11));
    }
  }

  @Test
  void appsThatTwoNodesFindDownAreRaisedOnceToldOnceAndRecoverOnce() {
    List<Device> devices = watch.devices(4);
    for (int outage = 1; outage <= 3; outage++) {
      heard(devices, device -> watch.app(device, false));
      run();
      pass(10);
      requireEachOnce(4 * outage, 4 * outage - 4);

      heard(devices, device -> watch.app(device, true));
      run();
      pass(10);
      requireEachOnce(4 * outage, 4 * outage);
      for (int minutes = 0; minutes < 33; minutes += 11) { // past the cooldown, and never silent
        watch.clock.advance(Duration.ofMinutes(11));
        heard(devices, watch::well);
      }
    }
  }

  @Test
  void aThousandDevicesThatGoAndComeBackWithinAMinuteAreTwoMessages() {
    List<Device> devices = watch.devices(1_000);
    comeOneByOne(devices);
    watch.clock.advance(Duration.ofMinutes(12).minusSeconds(21));
    run();
    assertThat(alerts("true")).isZero();

    pass(20); // they go as they came
    assertThat(alerts("true")).isEqualTo(1_000);
    pass(16);
    assertThat(titles()).containsExactly("[CRITICAL] offline: 1000 devices");
    comeOneByOne(devices);
    for (int seconds = 0; seconds < 180; seconds += 5) {
      watch.clock.advance(Duration.ofSeconds(5));
      run();
    }

    assertThat(alerts("recovered_at is not null")).isEqualTo(1_000);
    assertThat(watch.count("select count(*) from device.device where status = 'IDLE'"))
        .isEqualTo(1_000);
    assertThat(titles())
        .containsExactly(
            "[CRITICAL] offline: 1000 devices", "[RECOVERED] offline: 1000 devices recovered");
    assertThat(received()).allSatisfy(OutageTest::requireTwentyOfAThousand);
  }

  /// A heartbeat of each within 20 seconds, to one node and the other by turns.
  private void comeOneByOne(List<Device> devices) {
    int each = devices.size() / 20;
    for (int second = 0; second < 20; second++) {
      List<Device> some = devices.subList(second * each, second * each + each);
      servers.get(second % 2).watch().store(some.stream().map(watch::well).toList());
      pass(1);
    }
  }

  private static void requireTwentyOfAThousand(FakeReceiver.Received message) {
    assertThat(named(message).stream().map(item -> ((Json.Obj) item).fields().get("device_id")))
        .hasSize(20)
        .doesNotHaveDuplicates();
    assertThat(message.json().fields().get("more")).isEqualTo(Json.of(980));
    assertThat(message.text("text").lines())
        .hasSize(21)
        .endsWith("and 980 more.")
        .filteredOn(line -> line.startsWith("- d (")) // its name, and its handle
        .hasSize(20);
  }
}
