package dev.muster.server.doorbell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.device.DeviceId;
import dev.muster.server.testing.FakeFcm;
import dev.muster.server.testing.FakeFcm.Answer;
import dev.muster.server.testing.Race;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set before each test
class PolicyPushesTest {
  private DoorbellRoom room;
  private @TempDir Path folder;
  private FakeFcm fcm;
  private PolicyPushes pushes;

  @BeforeEach
  void start() {
    room = new DoorbellRoom();
    fcm = FakeFcm.start(folder);
    pushes = worker();
  }

  @AfterEach
  void stop() {
    fcm.close();
    room.close();
  }

  /// As another node has it.
  private PolicyPushes worker() {
    return new PolicyPushes(room.database, room.clock, room.push(fcm.settings()));
  }

  private void later(PolicyPushes worker, Collection<DeviceId> devices) {
    room.database.acrossOrganizations(handle -> {
      worker.later(handle, devices);
      return devices;
    });
  }

  private void later(DeviceId... devices) {
    later(pushes, List.of(devices));
  }

  private void heard(DeviceId device) {
    room.database.in(
        room.organization,
        handle -> {
          pushes.heard(handle, List.of(device));
          return device;
        });
  }

  private void runAfter(Duration pause) {
    room.clock.advance(pause);
    pushes.run();
  }

  private List<String> told() {
    return fcm.messages().stream().map(FakeFcm.Message::token).toList();
  }

  private long pending() {
    return room.database.acrossOrganizations(handle ->
        handle.createQuery("select count(*) from doorbell.pending_push").mapTo(long.class).one());
  }

  @Test
  void aDeviceThatHearsNothingIsToldOnceHoweverMuchChanges() {
    DeviceId device = room.reached("t").device();
    DeviceId unreachable = room.device().id();
    later(device, unreachable);
    later(device);
    pushes.run();
    assertThat(told()).isEmpty();

    runAfter(PolicyPushes.GRACE);
    runAfter(Duration.ofHours(1));

    assertThat(told()).containsExactly("t");
    assertThat(fcm.messages().getFirst().body().at("/message/data").toString())
        .isEqualTo("{\"type\":\"policy_changed\"}");
    assertThat(fcm.messages().getFirst().body().at("/message/android/collapse_key").asText())
        .isEqualTo("policy_changed");
    assertThat(pending()).isZero();
  }

  @Test
  void aDeviceThatHearsInTimeIsNotTold() {
    DeviceId device = room.reached("t").device();
    later(device);
    heard(device);

    runAfter(PolicyPushes.GRACE);

    assertThat(told()).isEmpty();
  }

  @Test
  void whatChangesWhileAMessageIsUnderWayIsToldToo() {
    DeviceId device = room.reached("t").device();
    fcm.onMessage(() -> later(device));
    later(device);
    runAfter(PolicyPushes.GRACE);
    fcm.onMessage(() -> {});

    pushes.run();
    assertThat(told()).hasSize(1);
    runAfter(PolicyPushes.GRACE);

    assertThat(told()).hasSize(2);
    assertThat(pending()).isZero();
  }

  @Test
  void whatFailsIsTriedAgainWithGrowingPausesAndGivenUpInTheEnd() {
    later(room.reached("t").device());
    for (int i = 0; i < PolicyPushes.MOST_ATTEMPTS; i++) {
      fcm.answer(Answer.error(503, "UNAVAILABLE", "UNAVAILABLE"));
    }
    runAfter(PolicyPushes.GRACE);
    for (int seconds = 2, attempts = 1; attempts < PolicyPushes.MOST_ATTEMPTS; attempts++) {
      assertThat(told()).hasSize(attempts);
      runAfter(Duration.ofSeconds(seconds).minusMillis(1));
      assertThat(told()).hasSize(attempts);
      runAfter(Duration.ofMillis(1));
      seconds *= 2;
    }

    assertThat(told()).hasSize(PolicyPushes.MOST_ATTEMPTS);
    assertThat(pending()).isZero();
  }

  @Test
  void aServiceThatAsksForAPauseGetsOneFromAllDevices() {
    later(room.reached("first").device());
    fcm.answer(
        Answer.error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED").withHeader("Retry-After", "30"));
    runAfter(PolicyPushes.GRACE);
    later(room.reached("second").device());

    runAfter(Duration.ofSeconds(29));
    assertThat(told()).containsExactly("first");
    runAfter(Duration.ofSeconds(1));

    assertThat(told()).containsExactlyInAnyOrder("first", "first", "second");
  }

  @Test
  void aTokenThatIsUnknownAndAServiceThatRefusesEndIt() {
    PushToken unknown = room.reached("unknown");
    later(unknown.device());
    fcm.answer(Answer.error(404, "NOT_FOUND", "UNREGISTERED"));
    runAfter(PolicyPushes.GRACE);
    later(room.reached("refused").device(), unknown.device());
    fcm.answer(Answer.error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"));
    runAfter(PolicyPushes.GRACE);
    runAfter(Duration.ofHours(1));

    assertThat(told()).containsExactly("unknown", "refused");
    assertThat(pending()).isZero();
  }

  @Test
  void manyDevicesAreToldOnceEachByWorkersThatRaceAndHearDevicesMeanwhile() {
    List<DeviceId> devices = new ArrayList<>();
    for (int i = 0; i < 2 * PolicyPushes.BATCH + 3; i++) {
      devices.add(room.reached("t" + i).device());
    }
    List<PolicyPushes> workers = List.of(worker(), worker(), worker());
    Race.times(
        6,
        number -> {
          later(workers.get(number % 3), number % 2 == 0 ? devices : devices.reversed());
          return number;
        });
    room.clock.advance(PolicyPushes.GRACE);

    Race.times(
        6,
        number -> {
          if (number < 3) {
            workers.get(number).run();
          } else {
            heard(devices.get(number));
          }
          return number;
        });

    assertThat(told()).doesNotHaveDuplicates();
    assertThat(told().size()).isBetween(devices.size() - 3, devices.size());
    assertThat(pending()).isZero();
  }

  @Test
  void whatAWorkerLeftWhenItDiedIsDoneByAnother() {
    DeviceId device = room.reached("t").device();
    later(device);
    room.clock.advance(PolicyPushes.GRACE);
    room.database.acrossOrganizations(handle ->
        PendingPushStore.claim(
            handle, room.clock.instant(), room.clock.instant().plusSeconds(60), 10));

    pushes.run();
    assertThat(told()).isEmpty();
    runAfter(Duration.ofSeconds(60));

    assertThat(told()).containsExactly("t");
  }

  @Test
  void withoutSettingsNothingIsLeftToDo() {
    PolicyPushes off = new PolicyPushes(room.database, room.clock, room.push(Map.of()));

    later(off, List.of(room.reached("t").device()));

    assertThat(pending()).isZero();
  }

  @Test
  void whatIsLeftWhenTheServiceWasTurnedOffGoesAway() {
    later(room.reached("t").device());
    room.clock.advance(PolicyPushes.GRACE);

    new PolicyPushes(room.database, room.clock, room.push(Map.of())).run();

    assertThat(pending()).isZero();
    assertThat(told()).isEmpty();
  }
}
