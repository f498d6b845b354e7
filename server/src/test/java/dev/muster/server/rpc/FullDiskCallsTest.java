package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.ListDevicesRequest;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EmbeddedUnderTest;
import dev.muster.server.testing.Grpc;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A server on a real disk that is far smaller than what its settings ask to be free.
@QuarkusTest
@TestProfile(FullDiskCallsTest.MoreThanAnyDisk.class)
class FullDiskCallsTest {
  public static final class MoreThanAnyDisk implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("muster.disk.full-below", "10P", "muster.disk.warn-below", "20P");
    }

    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(EmbeddedUnderTest.class));
    }

    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }
  }

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
