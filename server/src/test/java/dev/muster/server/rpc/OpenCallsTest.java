package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What one caller can hold.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class OpenCallsTest {
  @Test
  void strangersHoldAShareOfTheStreamsAndGetItBackWhenTheyLeave() throws Exception {
    Context.CancellableContext holding = Context.current().withCancellation();
    List<io.grpc.ManagedChannel> channels = new ArrayList<>();
    try {
      holding.call(() -> {
        for (int i = 0; i < OpenCalls.MOST_OF_STRANGERS; i++) {
          if (i % 100 == 0) {
            channels.add(
                NettyChannelBuilder.forAddress("127.0.0.1", Grpc.port()).usePlaintext().build());
          }
          assertThat(watch(channels.getLast()).next().getStatus())
              .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        }
        return null;
      });
      assertThat(refusal().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(refusal().getDescription()).contains("200 calls open");
    } finally {
      holding.cancel(null);
      channels.forEach(io.grpc.ManagedChannel::shutdownNow);
    }
    Status left = refusal();
    while (left.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
      Thread.onSpinWait();
      left = refusal();
    }
    assertThat(left.getCode()).isEqualTo(Status.Code.OK);
  }

  private static Iterator<HealthCheckResponse> watch(io.grpc.Channel channel) {
    return HealthGrpc.newBlockingStub(channel).watch(HealthCheckRequest.getDefaultInstance());
  }

  private static Status refusal() {
    try {
      var _ =
          HealthGrpc.newBlockingStub(Grpc.channel()).check(HealthCheckRequest.getDefaultInstance());
      return Status.OK;
    } catch (StatusRuntimeException refused) {
      return refused.getStatus();
    }
  }
}
