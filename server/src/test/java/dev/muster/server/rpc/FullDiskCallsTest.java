package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.ListDevicesRequest;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.FullDiskServer;
import dev.muster.server.testing.Grpc;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FullDiskServer.class)
class FullDiskCallsTest {
  @Test
  void callsThatWriteAreRefusedAndThoseThatReadGoOn() {
    var fleet = DeviceManagementServiceGrpc.newBlockingStub(Grpc.as(Api.home()));
    assertThatThrownBy(
            () -> fleet.registerDevice(RegisterDeviceRequest.newBuilder().setDeviceId("x").build()))
        .hasMessageStartingWith("RESOURCE_EXHAUSTED: The disk of the server is nearly full");
    assertThat(fleet.listDevices(ListDevicesRequest.getDefaultInstance()).getDevicesCount())
        .isZero();
  }
}
