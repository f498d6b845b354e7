package dev.muster.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Grpc;
import io.grpc.ServiceDescriptor;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The rows of the contract's tables about actions, whose stubs are those of a subclass.
@SuppressWarnings("NullAway.Init") // set before each test
abstract class ContractActionRows {
  private Api operator;
  private JsonCalls fleet;

  abstract ServiceDescriptor service();

  @BeforeEach
  void beAnOrganization() {
    operator = Api.ofNewOrganization();
    fleet = new JsonCalls(service(), Grpc.as(operator));
  }

  private JsonNode device(String id) {
    return fleet.call("GetDeviceInfo", Map.of("device_id", id)).get("device_info");
  }

  private JsonNode action(String id) {
    JsonNode answer = fleet.call("GetDeviceActionStatus", Map.of("action_id", id));
    assertThat(answer.get("success").asBoolean()).isTrue();
    assertThat(answer.get("message").asText()).isEqualTo("Action status retrieved successfully");
    return answer.get("action_info");
  }

  private String initiate(String device, String type) {
    JsonNode answer =
        fleet.call(
            "InitiateDeviceAction",
            Map.of("device_id", device, "action_type", type, "action_params", Map.of("to", "2.0")));
    assertThat(answer.get("success").asBoolean()).isTrue();
    assertThat(answer.get("message").asText()).isEqualTo("Action initiated successfully");
    assertThat(answer.get("action_status").asText()).isEqualTo("RUNNING");
    return answer.get("action_id").asText();
  }

  private static void answer(EnrolledDevice device, String action, String outcome, String message) {
    device
        .self()
        .post(
            "/v1/action-result",
            Map.of(
                "request_id",
                action + "-1",
                "device_id",
                device.id(),
                "action",
                "system_reboot",
                "outcome",
                outcome,
                "message",
                message,
                "finished_at",
                Instant.now().toString()))
        .expect(200);
  }

  @Test
  void anActionRunsFromItsFirstAnswerOn() {
    String device = EnrolledDevice.in(operator).id();
    long before = Instant.now().getEpochSecond();
    String id = initiate(device, "SYSTEM_REBOOT");
    assertThat(id).matches("action_[0-9]{13}_[0-9]+");

    JsonNode info = action(id);
    assertThat(info.get("action_id").asText()).isEqualTo(id);
    assertThat(info.get("device_id").asText()).isEqualTo(device);
    assertThat(info.get("action_type").asText()).isEqualTo("SYSTEM_REBOOT");
    assertThat(info.get("status").asText()).isEqualTo("RUNNING");
    assertThat(info.get("action_params")).isEqualTo(Api.tree(Map.of("to", "2.0")));
    assertThat(info.get("initiated_at").asLong()).isBetween(before, Instant.now().getEpochSecond());
    assertThat(info.get("completed_at").asLong()).isZero();
    assertThat(info.get("error_message").asText()).isEmpty();
    assertThat(device(device).get("current_action_id").asText()).isEqualTo(id);
    assertThat(fleet.call("ListDevices", Map.of()).get("devices").get(0)).isEqualTo(device(device));
  }

  @Test
  void aDeviceIsUpdatingForTheTwoUpdatesAndBusyForAllElse() {
    Map.of(
            "SOFTWARE_UPDATE", "UPDATING",
            "FIRMWARE_UPDATE", "UPDATING",
            "SYSTEM_REBOOT", "BUSY",
            "CONFIGURATION_CHANGE", "BUSY")
        .forEach((type, status) -> {
          String device = EnrolledDevice.in(operator).id();
          var _ = initiate(device, type);
          assertThat(device(device).get("status").asText()).as(type).isEqualTo(status);
        });
  }

  @Test
  void aDeviceIsIdleAgainAfterAnActionThatCompleted() {
    EnrolledDevice device = EnrolledDevice.in(operator);
    String id = initiate(device.id(), "SYSTEM_REBOOT");
    answer(device, id, "success", "done");
    assertThat(action(id).get("status").asText()).isEqualTo("COMPLETED");
    assertThat(action(id).get("completed_at").asLong())
        .isGreaterThanOrEqualTo(action(id).get("initiated_at").asLong());
    assertThat(action(id).get("error_message").asText()).isEmpty();
    assertThat(device(device.id()).get("status").asText()).isEqualTo("IDLE");
    assertThat(device(device.id()).get("current_action_id").asText()).isEmpty();
  }

  @Test
  void aDeviceIsInErrorAfterAnActionThatFailed() {
    EnrolledDevice device = EnrolledDevice.in(operator);
    String id = initiate(device.id(), "SYSTEM_REBOOT");
    answer(device, id, "failed", "no power");
    assertThat(action(id).get("status").asText()).isEqualTo("FAILED");
    assertThat(action(id).get("error_message").asText()).contains("no power");
    assertThat(device(device.id()).get("status").asText()).isEqualTo("ERROR");
    assertThat(device(device.id()).get("current_action_id").asText()).isEmpty();
  }

  @Test
  void aCancelledActionIsFailedForOldClients() {
    String id = initiate(EnrolledDevice.in(operator).id(), "SYSTEM_REBOOT");
    operator.post("/api/actions/" + id + "/cancel/", Map.of("reason", "not today")).expect(200);
    assertThat(action(id).get("status").asText()).isEqualTo("FAILED");
    assertThat(action(id).get("error_message").asText()).contains("not today");
  }

  @Test
  void aSecondActionIsRefusedWhileOneRuns() {
    String device = EnrolledDevice.in(operator).id();
    var _ = initiate(device, "SYSTEM_REBOOT");
    assertThat(
            fleet.failure(
                "InitiateDeviceAction",
                Map.of("device_id", device, "action_type", "SOFTWARE_UPDATE")))
        .isEqualTo("FAILED_PRECONDITION Device is already busy");
  }

  @Test
  void busyMeansThatAnActionRunsAndNotTheStatus() {
    String device = EnrolledDevice.in(operator).id();
    var _ = fleet.call("SetDeviceStatus", Map.of("device_id", device, "status", "BUSY"));
    assertThat(initiate(device, "SYSTEM_REBOOT")).isNotEmpty();
  }

  @Test
  void itIsCheckedInTheOrderOfTheContract() {
    String busy = EnrolledDevice.in(operator).id();
    var _ = initiate(busy, "SYSTEM_REBOOT");
    assertThat(fleet.failure("InitiateDeviceAction", Map.of()))
        .isEqualTo("INVALID_ARGUMENT Device ID cannot be empty");
    for (Map<String, ?> request :
        List.of(
            Map.of("device_id", "nowhere"),
            Map.of("device_id", busy, "action_type", 0),
            Map.of("device_id", "nowhere", "action_type", 99))) {
      assertThat(fleet.failure("InitiateDeviceAction", request))
          .isEqualTo("INVALID_ARGUMENT Invalid action type");
    }
    assertThat(
            fleet.failure(
                "InitiateDeviceAction",
                Map.of("device_id", "nowhere", "action_type", "SYSTEM_REBOOT")))
        .isEqualTo("NOT_FOUND Device not found");
  }

  @Test
  void anUnknownActionIsNotFound() {
    assertThat(fleet.failure("GetDeviceActionStatus", Map.of()))
        .isEqualTo("INVALID_ARGUMENT Action ID cannot be empty");
    Api other = Api.ofNewOrganization();
    String theirs =
        new JsonCalls(service(), Grpc.as(other))
            .call(
                "InitiateDeviceAction",
                Map.of("device_id", EnrolledDevice.in(other).id(), "action_type", "SYSTEM_REBOOT"))
            .get("action_id")
            .asText();
    for (String id : List.of("nothing", "action_1763667000123_1", theirs)) {
      assertThat(fleet.failure("GetDeviceActionStatus", Map.of("action_id", id)))
          .isEqualTo("NOT_FOUND Action not found");
    }
  }
}
