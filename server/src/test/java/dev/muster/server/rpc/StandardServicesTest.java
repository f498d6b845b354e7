package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Health and reflection, which every client may ask.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class StandardServicesTest {
  private static ServingStatus health(String service) {
    return HealthGrpc.newBlockingStub(Grpc.channel())
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  @Test
  void aServerThatIsWellServes() {
    assertThat(health("")).isEqualTo(ServingStatus.SERVING);
    assertThat(health("device_management.DeviceManagementService"))
        .isEqualTo(ServingStatus.SERVING);
  }

  private static ServerReflectionResponse reflected(ServerReflectionRequest request)
      throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> asking =
        ServerReflectionGrpc.newStub(Grpc.channel())
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    asking.onNext(request);
    asking.onCompleted();
    return answer.get(20, TimeUnit.SECONDS);
  }

  @Test
  void reflectionListsTheServicesAndShowsTheProto() throws Exception {
    assertThat(
            reflected(ServerReflectionRequest.newBuilder().setListServices("").build())
                .getListServicesResponse()
                .getServiceList())
        .extracting(service -> service.getName())
        .contains(
            "device_management.DeviceManagementService",
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection");
    assertThat(
            reflected(
                    ServerReflectionRequest.newBuilder()
                        .setFileContainingSymbol("device_management.DeviceManagementService")
                        .build())
                .getFileDescriptorResponse()
                .getFileDescriptorProtoList())
        .isNotEmpty();
  }
}
