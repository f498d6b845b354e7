package dev.muster.server.web;

import static java.util.Objects.requireNonNull;

import dev.muster.server.platform.ErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;

/// Counts what was refused, by code: the metric `muster_refusals_total`.
@Singleton
public final class Refusals {
  private final Map<ErrorCode, Counter> counters = new EnumMap<>(ErrorCode.class);

  Refusals(MeterRegistry registry) {
    for (ErrorCode code : ErrorCode.values()) {
      counters.put(
          code,
          Counter.builder("muster.refusals")
              .description("Requests that were refused, by error code")
              .tag("code", code.wireName())
              .register(registry));
    }
  }

  public void count(ErrorCode code) {
    requireNonNull(counters.get(code)).increment();
  }
}
