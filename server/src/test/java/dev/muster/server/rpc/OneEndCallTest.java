package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.Race;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OneEndCallTest {
  /// As strict as the real one: whoever speaks after the end, or out of turn, is a bug.
  private static final class StrictCall
      extends ServerCall<ServerReflectionRequest, ServerReflectionResponse> {
    private final List<Status> ends = new ArrayList<>();
    private int messages;
    private boolean busy;

    private void turn(Runnable work) {
      assertThat(busy).as("two at once").isFalse();
      assertThat(ends).as("after the end").isEmpty();
      busy = true;
      work.run();
      busy = false;
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {
      turn(() -> {});
    }

    @Override
    public void sendMessage(ServerReflectionResponse message) {
      turn(() -> messages++);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      turn(() -> ends.add(status));
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse>
        getMethodDescriptor() {
      return ServerReflectionGrpc.getServerReflectionInfoMethod();
    }
  }

  private static StatusRuntimeException status(Throwable failure) {
    return failure instanceof Refusal refusal
        ? Statuses.of(refusal)
        : Statuses.of(Refusal.internal());
  }

  @Test
  void whoeverEndsItItEndsOnce() {
    for (int round = 0; round < 200; round++) {
      StrictCall strict = new StrictCall();
      var call = new OneEndCall<>(strict, OneEndCallTest::status);
      var _ =
          Race.times(
              6,
              number -> {
                switch (number) {
                  case 0 -> call.close(Status.OK, new Metadata());
                  case 1 -> call.end(Refusal.unauthenticated("Log in again."));
                  case 2 -> call.end(new IllegalStateException("secret"));
                  default -> call.sendMessage(ServerReflectionResponse.getDefaultInstance());
                }
                return number;
              });
      assertThat(strict.ends).hasSize(1);
    }
  }

  @Test
  void aStatusThatCarriesAFailureIsThatFailureToTheCaller() {
    StrictCall strict = new StrictCall();
    var call = new OneEndCall<>(strict, OneEndCallTest::status);
    call.close(
        Status.UNKNOWN.withCause(Refusal.of(ErrorCode.NOT_FOUND, "Not there.")), new Metadata());
    assertThat(strict.ends.getFirst().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(strict.ends.getFirst().getDescription()).isEqualTo("Not there.");
    assertThat(call.isReady()).isFalse();
  }
}
