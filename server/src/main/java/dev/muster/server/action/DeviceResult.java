package dev.muster.server.action;

import dev.muster.protocol.Json;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a device says came of a command.
///
/// @param word the outcome as the device put it, in lower case
/// @param data what it answers beside the message
/// @param finishedAt by the device's own clock
public record DeviceResult(
    String requestId,
    String word,
    @Nullable String message,
    Json.@Nullable Obj data,
    @Nullable Instant finishedAt) {
  private static final Set<String> GOOD = Set.of("success", "succeeded", "ok", "completed", "done");
  private static final Set<String> BAD =
      Set.of(
          "failed",
          "failure",
          "error",
          "denied",
          "unsupported",
          "timeout",
          "refused",
          "rejected",
          "cancelled");
  static final String RULE =
      "must be success, succeeded, ok, completed or done, or one of failed, failure, error, denied,"
          + " unsupported, timeout, refused, rejected, cancelled";

  /// The word by which this outcome is known, in whatever case it came.
  static Optional<String> known(String outcome) {
    String word = outcome.toLowerCase(Locale.ROOT);
    return GOOD.contains(word) || BAD.contains(word) ? Optional.of(word) : Optional.empty();
  }

  boolean isSuccess() {
    return GOOD.contains(word);
  }

  /// Why it failed, for people.
  String failure() {
    String said = message == null || message.isBlank() ? null : message.strip();
    if (said == null) {
      return "The device answered: " + word;
    }
    return word.equals("failed") || word.equals("failure") || word.equals("error")
        ? said
        : word + ": " + said;
  }
}
