package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.GetServerInfoRequest;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What one caller can hold, and what others can do meanwhile.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected
class OpenCallsTest {
  private static final String DOCUMENTATION = "192.0.2.";

  @Inject OpenCalls calls;

  @Test
  void strangersOfAnAddressHoldAShareOfTheStreamsAndGetItBackWhenTheyLeave() throws Exception {
    Context.CancellableContext holding = Context.current().withCancellation();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", Grpc.port()).usePlaintext().build();
    try {
      holding.call(() -> {
        for (int i = 0; i < OpenCalls.MOST_OF_AN_ADDRESS; i++) {
          assertThat(first(watch(channel))).isEqualTo(Status.OK);
        }
        return null;
      });
      Status refused = firstOfAnother();
      assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(refused.getDescription()).contains("at this address have 20 calls open");
      everybodyIsAnswered();
    } finally {
      holding.cancel(null);
      channel.shutdownNow();
    }
    Status left = firstOfAnother();
    while (left.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
      Thread.onSpinWait();
      left = firstOfAnother();
    }
    assertThat(left).isEqualTo(Status.OK);
  }

  /// Whoever holds streams keeps nobody from asking whether the server is well, and where it is.
  private static void everybodyIsAnswered() {
    assertThat(
            HealthGrpc.newBlockingStub(Grpc.channel())
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    assertThat(
            DeviceManagementServiceGrpc.newBlockingStub(Grpc.channel())
                .getServerInfo(GetServerInfoRequest.getDefaultInstance())
                .getVersion())
        .isNotEmpty();
  }

  @Test
  void strangersOfAllAddressesTogetherHoldAShareToo() {
    List<ServerCall.Listener<Object>> held = new ArrayList<>();
    try {
      Refusal refused = openUntilRefused(held);
      assertThat(refused.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS);
      assertThat(refused).hasMessageContaining("without a credential have 200 calls open");
      held.removeLast().onCancel();
      held.add(open(DOCUMENTATION + 100));
      everybodyIsAnswered();
    } finally {
      held.forEach(ServerCall.Listener::onComplete);
    }
  }

  @Test
  void oneAddressTakesNothingFromAnother() {
    List<ServerCall.Listener<Object>> held = new ArrayList<>();
    try {
      for (int i = 0; i < OpenCalls.MOST_OF_AN_ADDRESS; i++) {
        held.add(open(DOCUMENTATION + 1));
      }
      for (int i = 0; i < OpenCalls.MOST_OF_STRANGERS; i++) {
        assertThatThrownBy(() -> open(DOCUMENTATION + 1)).hasMessageContaining("at this address");
      }
      held.add(open(DOCUMENTATION + 2));
    } finally {
      held.forEach(ServerCall.Listener::onComplete);
    }
    open(DOCUMENTATION + 1).onComplete();
  }

  /// That others of this server hold some already is no matter.
  private Refusal openUntilRefused(List<ServerCall.Listener<Object>> held) {
    for (int i = 0; i <= OpenCalls.MOST_OF_STRANGERS; i++) {
      try {
        held.add(open(DOCUMENTATION + i / OpenCalls.MOST_OF_AN_ADDRESS));
      } catch (Refusal refused) {
        return refused;
      }
    }
    throw new AssertionError("nobody was refused");
  }

  private ServerCall.Listener<Object> open(String address) {
    return calls.admit(
        new RpcCall("a.Service/Stream", "r", null), address, () -> new ServerCall.Listener<>() {});
  }

  private static Iterator<HealthCheckResponse> watch(io.grpc.Channel channel) {
    return HealthGrpc.newBlockingStub(channel).watch(HealthCheckRequest.getDefaultInstance());
  }

  private static Status firstOfAnother() throws Exception {
    try (Context.CancellableContext asking = Context.current().withCancellation()) {
      return asking.call(() -> first(watch(Grpc.channel())));
    }
  }

  private static Status first(Iterator<HealthCheckResponse> stream) {
    try {
      assertThat(stream.next().getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
      return Status.OK;
    } catch (StatusRuntimeException refused) {
      return refused.getStatus();
    }
  }
}
