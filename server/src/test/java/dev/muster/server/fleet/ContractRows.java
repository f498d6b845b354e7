package dev.muster.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Grpc;
import io.grpc.ServiceDescriptor;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The rows of the contract's tables about devices, whose stubs are those of a subclass.
@SuppressWarnings("NullAway.Init") // set before each test
abstract class ContractRows {
  private Api operator;
  private JsonCalls fleet;

  abstract ServiceDescriptor service();

  @BeforeEach
  void beAnOrganization() {
    operator = Api.ofNewOrganization();
    fleet = new JsonCalls(service(), Grpc.as(operator));
  }

  private JsonNode info(String device) {
    return fleet.call("GetDeviceInfo", Map.of("device_id", device)).get("device_info");
  }

  @Test
  void aDeviceIsRegisteredAndShown() {
    long before = Instant.now().getEpochSecond();
    JsonNode answer =
        fleet.call(
            "RegisterDevice",
            Map.of(
                "device_id", "press-1",
                "initial_status", "MAINTENANCE",
                "device_name", "Press 1",
                "device_type", "press"));
    assertThat(answer)
        .isEqualTo(
            Api.tree(
                Map.of(
                    "success", true,
                    "message", "Device registered successfully",
                    "device_id", "press-1")));

    JsonNode shown = fleet.call("GetDeviceInfo", Map.of("device_id", "press-1"));
    assertThat(shown.get("success").asBoolean()).isTrue();
    assertThat(shown.get("message").asText())
        .isEqualTo("Device information retrieved successfully");
    JsonNode info = shown.get("device_info");
    assertThat(info.get("device_id").asText()).isEqualTo("press-1");
    assertThat(info.get("status").asText()).isEqualTo("MAINTENANCE");
    assertThat(info.get("device_name").asText()).isEqualTo("Press 1");
    assertThat(info.get("device_type").asText()).isEqualTo("press");
    assertThat(info.get("registered_at").asLong())
        .isBetween(before, Instant.now().getEpochSecond());
    assertThat(info.get("last_updated")).isEqualTo(info.get("registered_at"));
    assertThat(info.get("current_action_id").asText()).isEmpty();
  }

  @Test
  void aDeviceOfWhichNothingIsSaidIsIdleAndHasAName() {
    var _ = fleet.call("RegisterDevice", Map.of("device_id", "bare"));
    assertThat(info("bare").get("status").asText()).isEqualTo("IDLE");
    assertThat(info("bare").get("device_name").asText()).startsWith("Device ");
    assertThat(info("bare").get("device_type").asText()).isEmpty();
  }

  @Test
  void aStatusIsSetAndTheOneBeforeIsTold() {
    var _ = fleet.call("RegisterDevice", Map.of("device_id", "d"));
    String before = "IDLE";
    for (String status :
        List.of("BUSY", "OFFLINE", "MAINTENANCE", "UPDATING", "RECOVERING", "ERROR", "IDLE")) {
      assertThat(fleet.call("SetDeviceStatus", Map.of("device_id", "d", "status", status)))
          .isEqualTo(
              Api.tree(
                  Map.of(
                      "success",
                      true,
                      "message",
                      "Device status updated successfully",
                      "previous_status",
                      before,
                      "current_status",
                      status)));
      assertThat(info("d").get("status").asText()).isEqualTo(status);
      before = status;
    }
  }

  @Test
  void allDevicesAreListedInTheOrderOfTheirRegistration() {
    assertThat(fleet.call("ListDevices", Map.of()).get("message").asText())
        .isEqualTo("Retrieved 0 device(s)");
    for (String id : List.of("c", "a", "b")) {
      var _ = fleet.call("RegisterDevice", Map.of("device_id", id));
    }
    JsonNode answer = fleet.call("ListDevices", Map.of());
    assertThat(answer.get("success").asBoolean()).isTrue();
    assertThat(answer.get("message").asText()).isEqualTo("Retrieved 3 device(s)");
    assertThat(answer.get("devices").findValuesAsText("device_id")).containsExactly("c", "a", "b");
    assertThat(answer.get("devices").get(0)).isEqualTo(info("c"));
  }

  @Test
  void anEmptyIdIsRefusedEverywhere() {
    for (String method : List.of("RegisterDevice", "SetDeviceStatus", "GetDeviceInfo")) {
      assertThat(fleet.failure(method, Map.of()))
          .isEqualTo("INVALID_ARGUMENT Device ID cannot be empty");
    }
    assertThat(fleet.failure("SetDeviceStatus", Map.of("status", "IDLE")))
        .isEqualTo("INVALID_ARGUMENT Device ID cannot be empty");
  }

  @Test
  void anIdThatExistsIsNotRegisteredAgain() {
    var _ = fleet.call("RegisterDevice", Map.of("device_id", "once", "device_name", "first"));
    assertThat(
            fleet.failure("RegisterDevice", Map.of("device_id", "once", "device_name", "second")))
        .isEqualTo("ALREADY_EXISTS Device already exists");
    assertThat(info("once").get("device_name").asText()).isEqualTo("first");
  }

  @Test
  void aStatusThatIsNoneIsRefusedBeforeTheDeviceIsLookedFor() {
    for (Map<String, ?> request :
        List.of(
            Map.of("device_id", "nowhere"),
            Map.of("device_id", "nowhere", "status", 0),
            Map.of("device_id", "nowhere", "status", 99))) {
      assertThat(fleet.failure("SetDeviceStatus", request))
          .isEqualTo("INVALID_ARGUMENT Invalid device status");
    }
    assertThat(fleet.failure("RegisterDevice", Map.of("device_id", "d", "initial_status", 99)))
        .isEqualTo("INVALID_ARGUMENT Invalid device status");
  }

  @Test
  void anUnknownDeviceIsNotFound() {
    Api other = Api.ofNewOrganization();
    other.post("/api/devices/", Map.of("name", "x", "device_id", "theirs")).expect(201);
    for (String id : List.of("nowhere", "theirs", "not an id", "é")) {
      assertThat(fleet.failure("GetDeviceInfo", Map.of("device_id", id)))
          .isEqualTo("NOT_FOUND Device not found");
      assertThat(fleet.failure("SetDeviceStatus", Map.of("device_id", id, "status", "IDLE")))
          .isEqualTo("NOT_FOUND Device not found");
    }
  }

  @Test
  void whatIsRegisteredHereIsOnRestAndTheReverse() {
    var _ =
        fleet.call(
            "RegisterDevice",
            Map.of("device_id", "grpc-1", "device_name", "By gRPC", "device_type", "press"));
    Api.Answer row = operator.get("/api/devices/grpc-1/").expect(200);
    assertThat(row.at("name")).isEqualTo("By gRPC");
    assertThat(row.at("type")).isEqualTo("press");
    assertThat(operator.get("/api/devices/grpc-1/events/").expect(200).text())
        .contains("REGISTERED");

    operator
        .post("/api/devices/", Map.of("name", "By REST", "device_id", "rest-1", "type", "lathe"))
        .expect(201);
    assertThat(info("rest-1").get("device_name").asText()).isEqualTo("By REST");
    operator.patch("/api/devices/rest-1/", Map.of("status", "OFFLINE")).expect(200);
    assertThat(info("rest-1").get("status").asText()).isEqualTo("OFFLINE");
    assertThat(
            fleet
                .call("SetDeviceStatus", Map.of("device_id", "rest-1", "status", "IDLE"))
                .get("previous_status")
                .asText())
        .isEqualTo("OFFLINE");
  }
}
