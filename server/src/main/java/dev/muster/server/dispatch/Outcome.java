package dev.muster.server.dispatch;

import dev.muster.server.doorbell.PushOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// What came of taking a delivery, and what is next.
///
/// @param tried null when the command never left the server
/// @param sends how often it has been taken, less this time when it never left
/// @param dueAt when it is to be handed out again
/// @param pushAt when it is the push service's turn
/// @param polledAt when a poll was answered with it
/// @param handed whether the device was handed it, for all that can be known here
record Outcome(
    Delivery delivery,
    @Nullable Tried tried,
    int sends,
    Instant dueAt,
    @Nullable Instant pushAt,
    @Nullable Instant polledAt,
    Delivery.WaitsFor waitsFor,
    boolean handed) {
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
  private static final Duration REFUSED_PAUSE = Duration.ofMinutes(5);
  private static final Duration PUSH_PAUSE = Duration.ofSeconds(5);

  /// One try to hand a command out.
  ///
  /// @param latency from taking the command to knowing what came of it
  /// @param error null when it went well
  record Tried(
      Channel channel,
      Instant at,
      Duration latency,
      @Nullable Integer httpCode,
      @Nullable String error) {}

  /// The device was handed it, by a connection or in the answer to a poll. It is handed out again
  /// unless it is acknowledged.
  static Outcome handed(Delivery delivery, Channel channel, Took took, Duration resendAfter) {
    return new Outcome(
        delivery,
        new Tried(channel, took.until(), took.duration(), null, null),
        delivery.sends(),
        took.until().plus(pause(resendAfter, delivery.sends())),
        null,
        channel == Channel.POLL ? took.until() : null,
        Delivery.WaitsFor.DEVICE,
        true);
  }

  /// The connection did not take it: the next one may have it at once.
  static Outcome broken(Delivery delivery, Took took, String error) {
    return new Outcome(
        delivery,
        new Tried(Channel.WEBSOCKET, took.until(), took.duration(), null, error),
        delivery.sends(),
        took.until(),
        null,
        null,
        Delivery.WaitsFor.HANDOVER,
        false);
  }

  /// The device was gone when its turn came.
  static Outcome gone(Delivery delivery, Instant at) {
    return new Outcome(
        delivery, null, delivery.sends() - 1, at, null, null, Delivery.WaitsFor.HANDOVER, false);
  }

  /// The device has no command secret that can be used, and nothing goes out without a signature.
  static Outcome unsigned(Delivery delivery, Instant at, Duration resendAfter) {
    return new Outcome(
        delivery,
        null,
        delivery.sends() - 1,
        at.plus(resendAfter),
        null,
        null,
        Delivery.WaitsFor.SECRET,
        false);
  }

  /// What the push service said. It does not say whether the device got the message, so that is
  /// known from the device alone.
  static Outcome pushed(Delivery delivery, PushOutcome said, Instant at, Duration resendAfter) {
    return switch (said) {
      case PushOutcome.Sent(Duration latency, int code) ->
          pushed(
              delivery,
              new Tried(Channel.FCM, at, latency, code, null),
              at.plus(pause(resendAfter, delivery.sends())),
              null,
              Delivery.WaitsFor.DEVICE);
      case PushOutcome.Retry(Duration after, Duration latency, OptionalInt code, String error) -> {
        Instant again = at.plus(after == null ? pause(PUSH_PAUSE, delivery.sends()) : after);
        yield pushed(
            delivery,
            new Tried(Channel.FCM, at, latency, boxed(code), error),
            again.plus(DeliveryStore.LEASE),
            again,
            Delivery.WaitsFor.PUSH);
      }
      case PushOutcome.Invalid(Duration latency, int code, String error) ->
          pushed(
              delivery,
              new Tried(Channel.FCM, at, latency, code, error),
              at,
              null,
              Delivery.WaitsFor.CONNECTION);
      case PushOutcome.Refused(Duration latency, OptionalInt code, String error) ->
          pushed(
              delivery,
              new Tried(Channel.FCM, at, latency, boxed(code), error),
              at.plus(REFUSED_PAUSE),
              null,
              Delivery.WaitsFor.CONNECTION);
      case PushOutcome.Off() -> unreached(delivery, at);
    };
  }

  /// The push service does not reach the device any more.
  static Outcome unreached(Delivery delivery, Instant at) {
    return new Outcome(
        delivery, null, delivery.sends() - 1, at, null, null, Delivery.WaitsFor.CONNECTION, false);
  }

  private static Outcome pushed(
      Delivery delivery,
      Tried tried,
      Instant dueAt,
      @Nullable Instant pushAt,
      Delivery.WaitsFor waitsFor) {
    return new Outcome(delivery, tried, delivery.sends(), dueAt, pushAt, null, waitsFor, false);
  }

  /// Doubled each time, an hour at most.
  static Duration pause(Duration first, int sends) {
    Duration pause = first.multipliedBy(1L << Math.clamp(sends - 1, 0, 20));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  private static @Nullable Integer boxed(OptionalInt code) {
    return code.isPresent() ? code.getAsInt() : null;
  }

  /// From when to when something took place.
  record Took(Instant from, Instant until) {
    Duration duration() {
      return Duration.between(from, until);
    }
  }
}
