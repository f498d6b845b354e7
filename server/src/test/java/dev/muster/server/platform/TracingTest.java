package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.SpanKind;
import java.net.URI;
import org.junit.jupiter.api.Test;

final class TracingTest {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  /// A receiver that nobody is at: what is sent is lost, and nothing waits for it.
  private static Tracing on(double ratio) {
    return Tracing.to(URI.create("http://127.0.0.1:9"), ratio, "test");
  }

  @Test
  void offItIsNowhereToBeSeen() {
    Tracing off = Tracing.off();
    assertThat(off.isOn()).isFalse();
    String seen = off.continuing(PARENT, SpanKind.CLIENT, "work", () -> "" + off.current());
    assertThat(seen).isEqualTo("null");
  }

  @Test
  void workInASpanContinuesTheTraceAndTheOneBeforeComesBack() {
    try (Tracing tracing = on(1)) {
      String inner =
          tracing.continuing(
              PARENT,
              SpanKind.CONSUMER,
              "outer",
              () -> {
                String outer = String.valueOf(tracing.current());
                assertThat(outer).contains("4bf92f3577b34da6a3ce929d0e0e4736").isNotEqualTo(PARENT);
                String nested =
                    tracing.within(SpanKind.CLIENT, "inner", () -> "" + tracing.current());
                assertThat(tracing.current()).isEqualTo(outer);
                return nested;
              });
      assertThat(inner).matches("00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01");
      assertThat(tracing.current()).isNull();
    }
  }

  @Test
  void outsideOfATraceWorkMakesNone() {
    try (Tracing tracing = on(1)) {
      assertThat(
              tracing.<String, RuntimeException>within(
                  SpanKind.CLIENT, "x", () -> "" + tracing.current()))
          .isEqualTo("null");
    }
  }

  @Test
  void theRatioIsOfTheTracesThatBeginHere() {
    try (Tracing none = on(0)) {
      String begun = none.fresh(SpanKind.INTERNAL, "job", () -> "" + none.current());
      assertThat(begun).endsWith("-00");
      String continued = none.continuing(PARENT, SpanKind.SERVER, "GET", () -> "" + none.current());
      assertThat(continued).endsWith("-01");
    }
  }

  @Test
  void workThatFailsFailsAsItDidAndLeavesNothingBehind() {
    try (Tracing tracing = on(1)) {
      assertThatThrownBy(() ->
              tracing.fresh(
                  SpanKind.INTERNAL,
                  "job",
                  () -> {
                    throw new java.io.IOException("as it was");
                  }))
          .isInstanceOf(java.io.IOException.class)
          .hasMessage("as it was");
      assertThat(tracing.current()).isNull();
    }
  }
}
