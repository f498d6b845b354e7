package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Database;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Traces;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Erasing a device, over HTTP and in every table.
@Tag("sql")
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class DeviceErasureTest {
  @Inject Database database;

  Api admin;

  @BeforeEach
  void anOrganization() {
    admin = Api.ofNewOrganization();
  }

  /// A device with something in every room.
  private EnrolledDevice filled(String hardware) {
    Map<String, Object> agent = new HashMap<>(EnrolledDevice.AGENT);
    agent.put("hardwareId", hardware);
    Api.Answer answer = EnrolledDevice.enroller(admin).post("/enroll", agent).expect(200);
    EnrolledDevice device =
        new EnrolledDevice(answer.at("deviceId.value"), Api.with(answer.at("deviceToken")), answer);
    String path = "/devices/" + device.id();
    device.self().post(path + "/token", Map.of("token", "push-" + hardware)).expect(202);
    device
        .self()
        .withHeader("Idempotency-Key", "r")
        .post(path + "/report", device.report(1, true))
        .expect(202);
    admin.patch("/api/devices/" + device.id(), Map.of("tags", List.of(hardware))).expect(200);
    admin.post("/api/groups/", Map.of("name", "g-" + device.id())).expect(201);
    admin.post("/api/groups/g-" + device.id() + "/devices/" + device.id()).expect(204);
    admin.put(path + "/policy", Map.of("cameraDisabled", false)).expect(200);
    heard(device);
    return device;
  }

  private void heard(EnrolledDevice device) {
    database.acrossOrganizations(handle ->
        handle.execute(
            """
            with h as (
              insert into telemetry.heartbeat
                (organization_id, device_id, bucket, taken_at, received_at, rest)
              select organization_id, id, date_bin('10 s', now(), 'epoch'), now(), now(), '{}' from device.device
              where id = cast(? as uuid) returning *)
            insert into telemetry.last_status (organization_id, device_id, seen_at, taken_at, rest)
            select organization_id, device_id, received_at, taken_at, rest from h
            """,
            device.id()));
  }

  @Test
  void nothingOfItIsLeftButTheLog() {
    String hardware = "hardware-" + Api.uniqueEmail();
    EnrolledDevice device = filled(hardware);
    assertThat(Traces.of(database, device.id()))
        .hasSizeGreaterThan(9)
        .contains("telemetry.last_status");
    assertThat(Traces.of(database, hardware)).isNotEmpty();
    admin.delete("/api/devices/" + device.id()).expect(204);
    assertThat(Traces.of(database, device.id()))
        .isSubsetOf("audit.entry", "device.device_group", "live.change", "platform.outbox");
    assertThat(Traces.of(database, hardware)).isSubsetOf("audit.entry");
    assertThat(admin.get("/api/devices/").node("count").asInt()).isZero();
    assertThat(admin.get("/api/audit/?action=device.erased").expect(200).text())
        .contains(device.id());
  }

  @Test
  void itIsRefusedAtOnceAndGoneForEverybody() {
    EnrolledDevice device = filled("h-1");
    admin.delete("/api/devices/" + device.id()).expect(204);
    device.self().get("/devices/" + device.id() + "/policy").expect(401);
    admin.get("/api/devices/" + device.id()).expect(404);
    admin.delete("/api/devices/" + device.id()).expect(404);
  }

  @Test
  void theSameMachineIsAnotherDeviceAfterwards() {
    EnrolledDevice device = filled("h-2");
    admin.delete("/api/devices/" + device.id()).expect(204);
    EnrolledDevice again = filled("h-2");
    assertThat(again.id()).isNotEqualTo(device.id());
    assertThat(again.answer().node("policy.version").asInt()).isEqualTo(1);
  }

  @Test
  void whatOthersHaveReportedTooStays() {
    EnrolledDevice one = EnrolledDevice.in(admin);
    EnrolledDevice other = EnrolledDevice.in(admin);
    for (EnrolledDevice device : List.of(one, other)) {
      device.self().post("/devices/" + device.id() + "/report", device.report(1, true)).expect(202);
    }
    admin.delete("/api/devices/" + one.id()).expect(204);
    assertThat(admin.get("/devices/" + other.id() + "/status").expect(200).at("state"))
        .isEqualTo("COMPLIANT");
  }

  @Test
  void aRetiredDeviceIsErasedAndCountedOnce() {
    EnrolledDevice device = filled("h-3");
    EnrolledDevice.in(admin);
    admin.post("/api/devices/" + device.id() + "/retire/").expect(200);
    admin.delete("/api/devices/" + device.id()).expect(204);
    assertThat(admin.get("/api/organizations/me/").node("usage.devices").asInt()).isEqualTo(1);
  }

  @Test
  void whoeverWritesForItMeanwhileCommitsBeforeOrFindsNothing() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    admin.post("/api/groups/", Map.of("name", "g")).expect(201);
    String path = "/devices/" + device.id();
    List<Integer> statuses =
        Race.times(
            12,
            number ->
                switch (number % 4) {
                  case 0 -> admin.delete("/api/devices/" + device.id()).status();
                  case 1 -> device.self().post(path + "/report", device.report(1, true)).status();
                  case 2 -> admin.post("/api/groups/g/devices/" + device.id()).status();
                  default -> admin.put(path + "/policy", Map.of("cameraDisabled", false)).status();
                });
    assertThat(statuses).allMatch(status -> List.of(200, 202, 204, 401, 404).contains(status));
    assertThat(statuses).contains(204);
    admin.get("/api/devices/" + device.id()).expect(404);
    assertThat(Traces.of(database, device.id()))
        .isSubsetOf("audit.entry", "live.change", "platform.outbox");
    assertThat(admin.get("/api/devices/").node("count").asInt()).isZero();
  }

  @Test
  void onlyAdminsErase() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    String path = "/api/devices/" + device.id();
    admin.newUser("operator").delete(path).expect(403);
    device.self().delete(path).expect(403);
    Api.ofNewOrganization().delete(path).expect(404);
    Api.anonymous().delete(path).expect(401);
    admin.get(path).expect(200);
  }
}
