package dev.muster.server.doorbell;

import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// What came of one message to the push service. Errors name the service's own error word and
/// neither the token nor the message.
public sealed interface PushOutcome {
  /// The service has taken the message; whether the device gets it, nobody says.
  record Sent(Duration latency, int httpCode) implements PushOutcome {}

  /// The service cannot at the moment: 429, 5xx, or no answer in time.
  ///
  /// @param after when it wants to be asked again; null when it did not say
  /// @param httpCode empty when there was no answer
  record Retry(@Nullable Duration after, Duration latency, OptionalInt httpCode, String error)
      implements PushOutcome {}

  /// The service does not know the token, which has been removed.
  record Invalid(Duration latency, int httpCode, String error) implements PushOutcome {}

  /// The service does not take the message, and will not take the same again: its settings here or
  /// there are wrong.
  record Refused(Duration latency, OptionalInt httpCode, String error) implements PushOutcome {}

  /// No push service is set.
  record Off() implements PushOutcome {}
}
