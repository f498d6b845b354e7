package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.client.Failure;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Moments and durations as people say them: `3 min ago`, `in 23 h`, `24h`.
public final class Times {

  private static final Pattern PART = Pattern.compile("(\\d{1,9})([smhdw])");

  private Times() {}

  /// A moment of the server's JSON seen from `now`; `-` when there is none.
  public static String ago(JsonNode moment, Instant now) {
    if (!moment.isTextual()) {
      return "-";
    }
    Instant then;
    try {
      then = OffsetDateTime.parse(moment.asText()).toInstant();
    } catch (DateTimeException e) {
      return moment.asText();
    }
    Duration past = Duration.between(then, now);
    if (past.abs().compareTo(Duration.ofSeconds(1)) < 0) {
      return "now";
    }
    return past.isNegative() ? "in " + rough(past.negated()) : rough(past) + " ago";
  }

  private static String rough(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 120) {
      return seconds + " s";
    }
    if (seconds < 2 * 3600) {
      return seconds / 60 + " min";
    }
    if (seconds < 2 * 86400) {
      return seconds / 3600 + " h";
    }
    return seconds / 86400 + " days";
  }

  /// Reads `90s`, `15m`, `24h`, `7d`, `2w` and what is composed of them, `1h30m`.
  static Duration duration(String text) {
    Matcher part = PART.matcher(text);
    Duration sum = Duration.ZERO;
    int end = 0;
    while (part.find() && part.start() == end) {
      long amount = Long.parseLong(part.group(1));
      sum =
          sum.plus(
              switch (part.group(2)) {
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                case "d" -> Duration.ofDays(amount);
                default -> Duration.ofDays(7 * amount);
              });
      end = part.end();
    }
    if (end == 0 || end != text.length()) {
      throw new Failure.Usage(
          "«" + text + "» is not a duration: write 90s, 15m, 24h, 7d or 1h30m.");
    }
    return sum;
  }
}
