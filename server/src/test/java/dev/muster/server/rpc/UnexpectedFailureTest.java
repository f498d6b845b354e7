package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.LogLines;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/// A service with a mistake in it.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class UnexpectedFailureTest {
  private static Status answer(String how, String requestId) {
    return catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                ClientCalls.blockingUnaryCall(
                    Grpc.with(Grpc.as(Api.ofNewOrganization()), "x-request-id", requestId),
                    BrokenService.METHOD,
                    CallOptions.DEFAULT,
                    how))
        .getStatus();
  }

  @Test
  void theCallerIsToldNothingOfItAndTheLogIs() {
    for (String how : BrokenService.WAYS) {
      try (LogLines lines = LogLines.of(Answers.class.getName())) {
        String id = "broken-" + how;
        Status status = answer(how, id);
        assertThat(status.getCode()).as(how).isEqualTo(Status.Code.INTERNAL);
        assertThat(status.getDescription())
            .startsWith("The server failed to answer. Its log tells more")
            .doesNotContain(BrokenService.SECRET);
        assertThat(lines.await(heard -> heard.requestId().equals(id)).message())
            .contains("Call " + id + " failed");
      }
    }
  }
}
