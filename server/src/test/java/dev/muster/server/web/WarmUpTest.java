package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class WarmUpTest {
  @Inject WarmUp warmUp;
  @Inject MeterRegistry metrics;

  private double refused() {
    return metrics.find("muster.refusals").counters().stream().mapToDouble(Counter::count).sum();
  }

  @Test
  void theServerAnswersItselfAndCountsNobody() {
    double before = refused();
    assertThat(warmUp.run()).isEqualTo(WarmUp.CALLS);
    assertThat(refused()).isEqualTo(before);
  }

  @Test
  void nobodyElseIsTakenForTheServer() {
    Api.anonymous().withHeader("X-Muster-Warm-Up", "guess").get("/devices").expect(401);
  }
}
