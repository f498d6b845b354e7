package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatusesTest {
  private static Metadata trailers(StatusRuntimeException status) {
    return Objects.requireNonNull(status.getTrailers());
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyErrorHasAStatusAndKeepsItsName(ErrorCode code) throws Exception {
    StatusRuntimeException status = Statuses.of(Refusal.of(code, "Do this."));
    assertThat(status.getStatus().getCode())
        .isEqualTo(Statuses.codeOf(code))
        .isNotIn(Status.Code.OK, Status.Code.UNKNOWN);
    assertThat(status.getStatus().getDescription()).isEqualTo("Do this.");
    assertThat(trailers(status).get(Statuses.CODE)).isEqualTo(code.wireName());
    assertThat(trailers(status).containsKey(Statuses.RETRY_AFTER)).isFalse();
    com.google.rpc.Status details = Objects.requireNonNull(StatusProto.fromThrowable(status));
    assertThat(details.getDetails(0).unpack(ErrorInfo.class))
        .returns(code.name(), ErrorInfo::getReason)
        .returns("muster", ErrorInfo::getDomain);
  }

  @Test
  void whatPassesByItselfSaysWhenToComeAgain() {
    assertThat(
            trailers(Statuses.of(Refusal.tooMany("Wait.", Duration.ofSeconds(90))))
                .get(Statuses.RETRY_AFTER))
        .isEqualTo("90");
    assertThat(
            trailers(Statuses.of(Refusal.tooMany("Wait.", Duration.ofMillis(10))))
                .get(Statuses.RETRY_AFTER))
        .isEqualTo("1");
  }

  @Test
  void whatPassesByItselfSaysItToProgramsToo() throws Exception {
    com.google.rpc.Status details =
        Objects.requireNonNull(
            StatusProto.fromThrowable(
                Statuses.of(
                    Refusal.passing(ErrorCode.RATE_LIMITED, "Wait.", Duration.ofMillis(1_500)))));
    assertThat(details.getDetails(1).unpack(RetryInfo.class).getRetryDelay())
        .isEqualTo(
            com.google.protobuf.Duration.newBuilder().setSeconds(1).setNanos(500_000_000).build());
  }

  @Test
  void eachFieldThatIsWrongIsNamedForPrograms() throws Exception {
    StatusRuntimeException status =
        Statuses.of(
            Refusal.invalid(
                List.of(
                    new Refusal.FieldError("a", "must be b"),
                    new Refusal.FieldError("c[1]\0", "must be d"))));
    com.google.rpc.Status details = Objects.requireNonNull(StatusProto.fromThrowable(status));
    assertThat(details.getDetails(1).unpack(BadRequest.class).getFieldViolationsList())
        .extracting(field -> field.getField() + " " + field.getDescription())
        .containsExactly("a must be b", "c[1]? must be d");
  }

  /// A message goes into a header, which an answer of the server must not be able to break.
  @Test
  void textThatCannotBePrintedIsReplaced() {
    StatusRuntimeException status =
        Statuses.of(Refusal.of(ErrorCode.NOT_FOUND, "no \0 and \ud800 here"));
    assertThat(status.getStatus().getDescription()).isEqualTo("no ? and ? here");
  }
}
