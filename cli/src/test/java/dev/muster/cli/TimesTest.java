package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.muster.cli.client.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimesTest {

  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  private static String ago(String moment) {
    return Times.ago(TextNode.valueOf(moment), NOW);
  }

  @Test
  void momentsAreSeenFromNow() {
    assertThat(ago("2026-11-20T12:00:00.5Z")).isEqualTo("now");
    assertThat(ago("2026-11-20T11:58:01Z")).isEqualTo("119 s ago");
    assertThat(ago("2026-11-20T11:58:00Z")).isEqualTo("2 min ago");
    assertThat(ago("2026-11-20T12:00:00+02:00")).isEqualTo("2 h ago");
    assertThat(ago("2026-11-18T12:00:00Z")).isEqualTo("2 days ago");
    assertThat(ago("2026-11-20T12:00:30Z")).isEqualTo("in 30 s");
  }

  @Test
  void whatIsNoMomentIsShownAsItIs() {
    assertThat(Times.ago(NullNode.getInstance(), NOW)).isEqualTo("-");
    assertThat(ago("yesterday")).isEqualTo("yesterday");
  }

  @Test
  void durationsAreReadAsPeopleWriteThem() {
    assertThat(Times.duration("90s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(Times.duration("1h30m")).isEqualTo(Duration.ofMinutes(90));
    assertThat(Times.duration("2w1d")).isEqualTo(Duration.ofDays(15));
    for (String wrong : List.of("", "24", "h", "-1h", "1h ", "1h-30m", "9999999999s", "1y")) {
      assertThatThrownBy(() -> Times.duration(wrong)).isInstanceOf(Failure.Usage.class);
    }
  }
}
