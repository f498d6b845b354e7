package dev.muster.server.telemetry;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/// Reads times in ISO 8601. The form that nearly all devices send, `2026-01-31T12:00:00Z` with up
/// to nine digits of a second's fraction, is read by hand: the library's parser takes as long as a
/// third of the whole heartbeat.
final class Timestamps {
  private static final int SECONDS_END = 19;

  private Timestamps() {}

  /// @throws java.time.DateTimeException when it is none
  static Instant parse(String text) {
    if (isPlain(text)) {
      return plain(text);
    }
    return text.endsWith("Z") ? Instant.parse(text) : OffsetDateTime.parse(text).toInstant();
  }

  private static boolean isPlain(String text) {
    int length = text.length();
    if (length < SECONDS_END + 1
        || length > SECONDS_END + 11
        || text.charAt(length - 1) != 'Z'
        || (length > SECONDS_END + 1
            && (length < SECONDS_END + 3 || text.charAt(SECONDS_END) != '.'))) {
      return false;
    }
    for (int i = 0; i < length - 1; i++) {
      char letter = text.charAt(i);
      boolean fits =
          switch (i) {
            case 4, 7 -> letter == '-';
            case 10 -> letter == 'T';
            case 13, 16 -> letter == ':';
            case SECONDS_END -> true;
            default -> letter >= '0' && letter <= '9';
          };
      if (!fits) {
        return false;
      }
    }
    return digits(text, 11, 13) < 24
        && digits(text, 17, 19) < 60; // neither midnight's end nor a leap second
  }

  private static Instant plain(String text) {
    LocalDate date = LocalDate.of(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
    int nanos = 0;
    for (int i = SECONDS_END + 1; i < SECONDS_END + 10; i++) {
      nanos = 10 * nanos + (i < text.length() - 1 ? text.charAt(i) - '0' : 0);
    }
    LocalTime time =
        LocalTime.of(digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19), nanos);
    return date.atTime(time).toInstant(ZoneOffset.UTC);
  }

  private static int digits(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      value = 10 * value + text.charAt(i) - '0';
    }
    return value;
  }
}
