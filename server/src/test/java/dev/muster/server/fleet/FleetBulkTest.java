package dev.muster.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.BatchRegisterDevicesRequest;
import dev.muster.fleet.BatchRegisterDevicesResponse;
import dev.muster.fleet.BatchSetDeviceStatusRequest;
import dev.muster.fleet.BatchSetDeviceStatusResponse;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceBlockingStub;
import dev.muster.fleet.DeviceStatus;
import dev.muster.fleet.ItemResult;
import dev.muster.fleet.ListDevicesRequest;
import dev.muster.fleet.ListDevicesResponse;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.SetDeviceStatusRequest;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Many devices in one call, over a real channel.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class FleetBulkTest {
  private Api operator;
  private DeviceManagementServiceBlockingStub fleet;

  @BeforeEach
  void beAnOrganization() {
    operator = Api.ofNewOrganization();
    fleet = DeviceManagementServiceGrpc.newBlockingStub(Grpc.as(operator));
  }

  private static RegisterDeviceRequest device(String id) {
    return RegisterDeviceRequest.newBuilder().setDeviceId(id).build();
  }

  private static SetDeviceStatusRequest status(String id, DeviceStatus status) {
    return SetDeviceStatusRequest.newBuilder().setDeviceId(id).setStatus(status).build();
  }

  private static List<String> told(List<ItemResult> results) {
    return results.stream()
        .map(result ->
            result.getSuccess()
                ? result.getDeviceId() + " done"
                : result.getDeviceId() + " " + result.getCode() + " " + result.getMessage())
        .toList();
  }

  @Test
  void eachDeviceIsRegisteredForItself() {
    BatchRegisterDevicesResponse answer =
        fleet.batchRegisterDevices(
            BatchRegisterDevicesRequest.newBuilder()
                .addDevices(device("a"))
                .addDevices(device(""))
                .addDevices(device("b").toBuilder().setInitialStatusValue(99))
                .addDevices(device("a"))
                .addDevices(device("c").toBuilder().setInitialStatus(DeviceStatus.MAINTENANCE))
                .build());
    assertThat(answer.getSuccess()).isFalse();
    assertThat(answer.getMessage()).isEqualTo("Registered 2 of 5 device(s)");
    assertThat(told(answer.getResultsList()))
        .containsExactly(
            "a done",
            " 3 Device ID cannot be empty",
            "b 3 Invalid device status",
            "a 6 Device already exists",
            "c done");
    assertThat(operator.get("/api/devices/c/").expect(200).at("status")).isEqualTo("MAINTENANCE");
  }

  @Test
  void eachStatusIsSetForItself() {
    var _ =
        fleet.batchRegisterDevices(
            BatchRegisterDevicesRequest.newBuilder()
                .addDevices(device("a"))
                .addDevices(device("b"))
                .build());
    BatchSetDeviceStatusResponse answer =
        fleet.batchSetDeviceStatus(
            BatchSetDeviceStatusRequest.newBuilder()
                .addDevices(status("a", DeviceStatus.OFFLINE))
                .addDevices(status("nowhere", DeviceStatus.OFFLINE))
                .addDevices(status("b", DeviceStatus.DEVICE_STATUS_UNKNOWN))
                .addDevices(status("b", DeviceStatus.ERROR))
                .build());
    assertThat(answer.getSuccess()).isFalse();
    assertThat(answer.getMessage()).isEqualTo("Updated 2 of 4 device(s)");
    assertThat(told(answer.getResultsList()))
        .containsExactly(
            "a done", "nowhere 5 Device not found", "b 3 Invalid device status", "b done");
    assertThat(operator.get("/api/devices/b/").expect(200).at("status")).isEqualTo("ERROR");
  }

  @Test
  void aThousandAreTakenAtOnceAndListedWithoutPages() {
    BatchRegisterDevicesRequest.Builder request = BatchRegisterDevicesRequest.newBuilder();
    for (int i = 0; i < 1_000; i++) {
      request.addDevices(device("d" + i));
    }
    BatchRegisterDevicesResponse answer = fleet.batchRegisterDevices(request.build());
    assertThat(answer.getSuccess()).isTrue();
    assertThat(answer.getMessage()).isEqualTo("Registered 1000 of 1000 device(s)");
    ListDevicesResponse all = fleet.listDevices(ListDevicesRequest.getDefaultInstance());
    assertThat(all.getMessage()).isEqualTo("Retrieved 1000 device(s)");
    assertThat(all.getDevicesList())
        .extracting(device -> device.getDeviceId())
        .doesNotHaveDuplicates();

    assertThatThrownBy(() -> fleet.batchRegisterDevices(request.addDevices(device("x")).build()))
        .hasMessageStartingWith("INVALID_ARGUMENT: devices: must be 1 to 1,000");
    assertThatThrownBy(
            () -> fleet.batchSetDeviceStatus(BatchSetDeviceStatusRequest.getDefaultInstance()))
        .hasMessageStartingWith("INVALID_ARGUMENT: devices: must be 1 to 1,000");
  }
}
