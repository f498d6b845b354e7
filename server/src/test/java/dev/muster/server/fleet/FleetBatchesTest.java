package dev.muster.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.ActionType;
import dev.muster.fleet.BatchInitiateDeviceActionRequest;
import dev.muster.fleet.BatchInitiateDeviceActionResponse;
import dev.muster.fleet.DeviceFilter;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceBlockingStub;
import dev.muster.fleet.WatchFleetRequest;
import dev.muster.fleet.WatchFleetResponse;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One action for many devices, over a real channel.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class FleetBatchesTest {
  private DeviceManagementServiceBlockingStub fleet;

  @BeforeEach
  void beAnOrganizationOfThreeDevices() {
    Api operator = Api.ofNewOrganization();
    fleet = DeviceManagementServiceGrpc.newBlockingStub(Grpc.as(operator));
    operator.post("/api/groups/", Map.of("name", "all")).expect(201);
    for (int i = 0; i < 3; i++) {
      operator
          .post(
              "/api/devices/", Map.of("device_id", "d" + i, "name", "x", "groups", List.of("all")))
          .expect(201);
    }
  }

  private static BatchInitiateDeviceActionRequest.Builder ping() {
    return BatchInitiateDeviceActionRequest.newBuilder().setActionType(ActionType.PING);
  }

  @Test
  void eachDeviceGetsItsAction() {
    Iterator<WatchFleetResponse> stream =
        fleet
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .watchFleet(WatchFleetRequest.getDefaultInstance());
    assertThat(stream.next().getCursor()).isNotEmpty();
    BatchInitiateDeviceActionResponse accepted =
        fleet.batchInitiateDeviceAction(
            ping().addDeviceIds("d0").addDeviceIds("d1").addDeviceIds("d2").build());
    assertThat(accepted.getSuccess()).isTrue();
    assertThat(accepted.getMessage()).isEqualTo("Batch accepted for 3 device(s)");
    assertThat(accepted.getDevices()).isEqualTo(3);

    Set<String> told = new HashSet<>();
    while (told.size() < 3) {
      WatchFleetResponse change = stream.next();
      if (change.getAction().getBatchId().equals(accepted.getBatchId())) {
        told.add(change.getAction().getDeviceId());
      }
    }
    assertThat(told).containsExactlyInAnyOrder("d0", "d1", "d2");
  }

  @Test
  void theDevicesOfGroupsOrOfAFilterAreMeant() {
    assertThat(fleet.batchInitiateDeviceAction(ping().addGroups("all").build()).getDevices())
        .isEqualTo(3);
    assertThat(
            fleet
                .batchInitiateDeviceAction(
                    ping().setFilter(DeviceFilter.newBuilder().setSearch("d1")).build())
                .getDevices())
        .isEqualTo(1);
  }

  @Test
  void theSameClientTokenIsTheSameBatch() {
    BatchInitiateDeviceActionRequest request =
        ping().addGroups("all").setClientToken("once").build();
    String id = fleet.batchInitiateDeviceAction(request).getBatchId();
    assertThat(fleet.batchInitiateDeviceAction(request).getBatchId()).isEqualTo(id);
  }

  @Test
  void whatIsWrongIsNamed() {
    refused(ping(), "device_ids: must be given, or groups, or filter: exactly one");
    refused(ping().addDeviceIds("d0").addGroups("all"), "device_ids: must be given");
    refused(BatchInitiateDeviceActionRequest.newBuilder().addGroups("all"), "Invalid action type");
    refused(
        ping().setActionType(ActionType.WIPE).addGroups("all").putActionParams("confirm", "yes"),
        "params.confirm: must be \"wipe 3\"");
  }

  private void refused(BatchInitiateDeviceActionRequest.Builder request, String words) {
    assertThatThrownBy(() -> fleet.batchInitiateDeviceAction(request.build()))
        .hasMessageStartingWith("INVALID_ARGUMENT: " + words);
  }
}
