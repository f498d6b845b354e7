package dev.muster.server.doorbell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An answer of FCM's HTTP v1 API, and what it means for the message and its token.
///
/// A token is taken for invalid only when the answer says so in so many words. A bare 404 or 400
/// may as well mean a wrong project, a proxy in between or a message that is at fault, and to
/// remove the tokens of a whole fleet for that could not be undone.
///
/// @param retryAfter the header `Retry-After`
record FcmAnswer(int status, @Nullable String retryAfter, String body) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern WORD = Pattern.compile("[A-Z_]{1,60}");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  PushOutcome outcome(Duration latency, Instant now) {
    JsonNode error = error();
    String said = "HTTP " + status + word(error);
    if (status == 200) {
      return new PushOutcome.Sent(latency, status);
    }
    if (status == 429 || status >= 500) {
      return new PushOutcome.Retry(pause(now), latency, OptionalInt.of(status), said);
    }
    if ((status == 404 && says(error, "UNREGISTERED")) || blamesToken(error)) {
      return new PushOutcome.Invalid(latency, status, said);
    }
    return new PushOutcome.Refused(latency, OptionalInt.of(status), said);
  }

  /// Whether the access token was not accepted.
  boolean isUnauthenticated() {
    return status == 401;
  }

  private JsonNode error() {
    try {
      return JSON.readTree(body).path("error");
    } catch (JsonProcessingException _) {
      return JSON.missingNode();
    }
  }

  /// The service's own word, and nothing else of what it says, which may repeat what it was sent.
  private static String word(JsonNode error) {
    for (JsonNode detail : error.path("details")) {
      String code = detail.path("errorCode").asText("");
      if (WORD.matcher(code).matches()) {
        return " " + code;
      }
    }
    String code = error.path("status").asText("");
    return WORD.matcher(code).matches() ? " " + code : "";
  }

  private static boolean says(JsonNode error, String code) {
    if (error.path("status").asText("").equals(code)) {
      return true;
    }
    for (JsonNode detail : error.path("details")) {
      if (detail.path("errorCode").asText("").equals(code)) {
        return true;
      }
    }
    return false;
  }

  /// INVALID_ARGUMENT is said of messages too.
  private boolean blamesToken(JsonNode error) {
    if (status != 400 || !says(error, "INVALID_ARGUMENT")) {
      return false;
    }
    for (JsonNode detail : error.path("details")) {
      for (JsonNode violation : detail.path("fieldViolations")) {
        if (violation.path("field").asText("").equals("message.token")) {
          return true;
        }
      }
    }
    return error.path("message").asText("").contains("registration token");
  }

  /// `Retry-After` is seconds or a date (RFC 9110, section 10.2.3).
  private @Nullable Duration pause(Instant now) {
    if (retryAfter == null) {
      return null;
    }
    Duration asked;
    if (SECONDS.matcher(retryAfter.strip()).matches()) {
      asked = Duration.ofSeconds(Long.parseLong(retryAfter.strip()));
    } else {
      try {
        asked =
            Duration.between(
                now,
                ZonedDateTime.parse(retryAfter.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
      } catch (DateTimeParseException _) {
        return null;
      }
    }
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
  }
}
