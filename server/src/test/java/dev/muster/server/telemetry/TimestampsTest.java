package dev.muster.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  /// From the year 1 to the year 9999.
  @Property
  void readsWhatTheLibraryWrites(
      @ForAll @LongRange(min = -62_135_596_800L, max = 253_402_300_799L) long second,
      @ForAll @IntRange(max = 999_999_999) int nanos) {
    Instant time = Instant.ofEpochSecond(second, nanos);
    assertThat(Timestamps.parse(time.toString())).isEqualTo(time);
    Instant whole = Instant.ofEpochSecond(second);
    assertThat(Timestamps.parse(whole.toString())).isEqualTo(whole);
  }

  @Property
  void readsEveryNumberOfDigits(
      @ForAll @IntRange(max = 999_999_999) int fraction,
      @ForAll @IntRange(min = 1, max = 9) int digits) {
    String text = "2026-01-31T12:00:00." + "%09d".formatted(fraction).substring(0, digits) + "Z";
    assertThat(Timestamps.parse(text)).isEqualTo(Instant.parse(text));
  }

  @Test
  void readsOtherZones() {
    assertThat(Timestamps.parse("2026-01-31T13:00:00+01:00"))
        .isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "yesterday",
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00.1234567890Z",
        "2026-01-31T12:00:0/Z",
        "2026-02-30T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-01-31T25:00:00Z",
        "2026-01-31T12:61:00Z",
        "2026-01-31 12:00:00Z",
        "2026-01-31T12:00:00.12aZ",
        "٢٠٢٦-01-31T12:00:00Z"
      })
  void refusesWhatIsNoTime(String text) {
    assertThatThrownBy(() -> Timestamps.parse(text)).isInstanceOf(DateTimeException.class);
  }
}
