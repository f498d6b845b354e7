package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void secondsAndDatesAreUnderstood() {
    assertThat(RetryAfter.parse("30", NOW)).isEqualTo(Duration.ofSeconds(30));
    assertThat(RetryAfter.parse("Thu, 1 Jan 2026 00:02:00 GMT", NOW))
        .isEqualTo(Duration.ofMinutes(2));
    assertThat(RetryAfter.parse("Thu, 1 Jan 2025 00:02:00 GMT", NOW)).isNull();
    assertThat(RetryAfter.parse("Wed, 31 Dec 2025 00:00:00 GMT", NOW)).isEqualTo(Duration.ZERO);
  }

  @Test
  void itIsNeverMoreThanAnHour() {
    assertThat(RetryAfter.parse("999999999", NOW)).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void whatMakesNoSenseIsAsIfItWereMissing() {
    assertThat(RetryAfter.parse(null, NOW)).isNull();
    assertThat(RetryAfter.parse("soon", NOW)).isNull();
    assertThat(RetryAfter.parse("-5", NOW)).isNull();
    assertThat(RetryAfter.parse("99999999999999999999", NOW)).isNull();
  }
}
