package dev.muster.server.action;

import dev.muster.protocol.Json;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An action as it is at one moment, and the rules by which it becomes another. Nothing here reads
/// a clock or a database, so the state machine can be tried against a model.
///
/// @param device the device's id, and `handle` what people call it
public record Action(
    OrganizationId organization,
    ActionId id,
    long number,
    DeviceId device,
    String handle,
    Order order,
    ActionState state,
    Run run,
    Progress progress,
    @Nullable End end) {
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
  private static final Duration BETWEEN_PROGRESS = Duration.ofMillis(500);

  /// What was asked for; never changes.
  ///
  /// @param expiresAt when it is EXPIRED unless the device has been handed it
  /// @param timeout how long the device may take for one attempt
  /// @param attempts how often it is tried at most
  /// @param batch the batch that it belongs to, null when it was asked for alone
  /// @param retryOf the action that it is to do again
  public record Order(
      ActionType type,
      Map<String, String> params,
      ActionPriority priority,
      Instant createdAt,
      Instant expiresAt,
      Duration timeout,
      int attempts,
      @Nullable UUID batch,
      @Nullable ActionId retryOf) {}

  /// Where an action that was started is.
  ///
  /// @param startedAt when it became the device's present action
  /// @param attempt the one that it is at, from 1; 0 before it was started
  /// @param deliveredAt when the device is known to have been handed this attempt's command
  /// @param nextAttemptAt when the next attempt begins, between two of them
  /// @param simulated what the built-in simulator will say and when; null for a device of its own
  public record Run(
      @Nullable Instant startedAt,
      int attempt,
      @Nullable Instant deliveredAt,
      @Nullable Instant nextAttemptAt,
      @Nullable Simulated simulated) {
    static final Run NONE = new Run(null, 0, null, null, null);
  }

  /// What the built-in simulator has decided. `error` is null for success.
  public record Simulated(Instant until, @Nullable String error) {}

  /// What the device says of how far it is.
  public record Progress(@Nullable Integer percent, @Nullable String text, @Nullable Instant at) {
    static final Progress NONE = new Progress(null, null, null);
  }

  /// How an action ended.
  ///
  /// @param error why it did not succeed; null when it did
  /// @param result what the device answered beside the message
  public record End(Instant at, @Nullable String error, Json.@Nullable Obj result) {}

  /// What a device answers to at present.
  public String requestId() {
    return id.requestId(run.attempt());
  }

  /// Whether it is under way and not between two attempts.
  public boolean isAttempted() {
    return state == ActionState.RUNNING && run.nextAttemptAt() == null;
  }

  boolean isExpired(Instant now) {
    return !order.expiresAt().isAfter(now);
  }

  /// When something happens by itself unless something else does before; null once it has ended.
  @Nullable Instant dueAt() {
    return switch (state) {
      case PENDING -> order.expiresAt();
      case RUNNING -> {
        if (run.nextAttemptAt() != null) {
          yield run.nextAttemptAt();
        }
        if (run.simulated() != null) {
          yield run.simulated().until();
        }
        yield run.deliveredAt() == null
            ? order.expiresAt()
            : run.deliveredAt().plus(order.timeout());
      }
      case COMPLETED, FAILED, CANCELLED, EXPIRED -> null;
    };
  }

  /// The next attempt, from `now` on; the first one makes it RUNNING.
  Action attempted(Instant now, @Nullable Simulated simulated) {
    require(state == ActionState.PENDING || run.nextAttemptAt() != null);
    Instant started = run.startedAt() == null ? now : run.startedAt();
    return with(
        ActionState.RUNNING,
        new Run(started, run.attempt() + 1, simulated == null ? null : now, null, simulated),
        Progress.NONE,
        null);
  }

  /// The device has been handed the command of this attempt; known once.
  Action delivered(Instant now) {
    return !isAttempted() || run.deliveredAt() != null
        ? this
        : with(
            state,
            new Run(run.startedAt(), run.attempt(), now, null, run.simulated()),
            progress,
            null);
  }

  /// Whether what the device says now is worth a write: the first word of an attempt is, the end
  /// is, and what comes in between is twice a second.
  boolean isNews(Progress said) {
    Instant before = progress.at();
    Instant now = said.at();
    return run.deliveredAt() == null
        || before == null
        || now == null
        || (isWhole(said) && !isWhole(progress))
        || now.isBefore(before)
        || !now.isBefore(before.plus(BETWEEN_PROGRESS));
  }

  private static boolean isWhole(Progress said) {
    Integer percent = said.percent();
    return percent != null && percent == 100;
  }

  Action progressed(Progress said) {
    require(state == ActionState.RUNNING);
    return with(state, run, said, null);
  }

  /// When the next attempt is to begin if this one has failed now: after `backoff` doubled for each
  /// attempt so far, an hour at most. Empty when there is none, or it would come too late to be
  /// delivered.
  Optional<Instant> nextAttempt(Instant now, Duration backoff) {
    long doublings = Math.min(run.attempt() - 1, 20);
    Duration pause = backoff.multipliedBy(1L << doublings);
    Instant next = now.plus(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
    return run.attempt() < order.attempts() && next.isBefore(order.expiresAt())
        ? Optional.of(next)
        : Optional.empty();
  }

  /// This attempt has failed and another begins at `next`.
  Action postponed(Instant next) {
    require(isAttempted());
    return with(
        state, new Run(run.startedAt(), run.attempt(), null, next, null), Progress.NONE, null);
  }

  Action ended(ActionState how, Instant now, @Nullable String error, Json.@Nullable Obj result) {
    require(!state.isEnd() && how.isEnd());
    return with(
        how,
        new Run(run.startedAt(), run.attempt(), run.deliveredAt(), null, null),
        progress,
        new End(now, error, result));
  }

  private Action with(ActionState nowIn, Run running, Progress said, @Nullable End ending) {
    return new Action(
        organization, id, number, device, handle, order, nowIn, running, said, ending);
  }

  private void require(boolean condition) {
    if (!condition) {
      throw new IllegalStateException("action " + id + " is " + state + ", " + run);
    }
  }
}
