package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.ListDevicesRequest;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.OpenServer;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@TestProfile(OpenServer.class)
class OpenModeCallsTest {
  private static String list(Channel channel) {
    try {
      var _ =
          DeviceManagementServiceGrpc.newBlockingStub(channel)
              .listDevices(ListDevicesRequest.getDefaultInstance());
      return "OK";
    } catch (StatusRuntimeException refused) {
      return refused.getStatus().getCode().name();
    }
  }

  @Test
  void withoutACredentialOneActsInTheFirstOrganization() {
    var _ =
        DeviceManagementServiceGrpc.newBlockingStub(Grpc.channel())
            .registerDevice(RegisterDeviceRequest.newBuilder().setDeviceId("open-1").build());
    Api.anonymous().get("/api/devices/open-1/").expect(200);
  }

  @Test
  void aCredentialThatIsThereIsStillChecked() {
    assertThat(list(Grpc.with("authorization", "Bearer mk_unknown"))).isEqualTo("UNAUTHENTICATED");
    assertThat(list(Grpc.as(Api.ofNewOrganization()))).isEqualTo("OK");
  }

  @Test
  void aForeignHostIsNotServed() {
    for (String host : List.of("evil.example", "evil.example:80", "localhost.evil.example")) {
      assertThat(list(calling(host))).as(host).isEqualTo("PERMISSION_DENIED");
    }
    for (String host : List.of("localhost", "127.0.0.1:50051", "[::1]:1")) {
      assertThat(list(calling(host))).as(host).isEqualTo("OK");
    }
  }

  private static Channel calling(String authority) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", Grpc.port())
            .overrideAuthority(authority)
            .usePlaintext()
            .build();
    CHANNELS.add(channel);
    return channel;
  }

  private static final List<ManagedChannel> CHANNELS = new java.util.ArrayList<>();

  @org.junit.jupiter.api.AfterAll
  static void hangUp() {
    CHANNELS.forEach(ManagedChannel::shutdownNow);
  }
}
