package dev.muster.server.batch;

import dev.muster.server.action.ActionState;
import dev.muster.server.action.NewAction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One action for each of many devices.
///
/// @param request what each of them is asked for
/// @param devices for how many it is
/// @param expanded how many of them have been dealt with
/// @param refused how many of these could not be given the action
public record Batch(
    UUID id,
    NewAction request,
    Instant createdAt,
    int devices,
    int expanded,
    int refused,
    @Nullable Instant cancelledAt,
    @Nullable String cancelReason,
    @Nullable Instant doneAt) {
  /// How far a batch is, of itself; its actions go on after that.
  public enum State {
    /// Its actions are being made.
    EXPANDING,
    /// All its actions were made.
    EXPANDED,
    /// Its actions are being cancelled, and no more are made.
    CANCELLING,
    /// Those of its actions that had not ended were cancelled.
    CANCELLED
  }

  /// A device that could not be given the action.
  ///
  /// @param code the error's name
  public record Refused(String device, String code, String detail) {}

  /// A batch with what has become of it.
  ///
  /// @param counts of its actions by state
  /// @param refusals the first of them
  public record Overview(Batch batch, Map<ActionState, Long> counts, List<Refused> refusals) {}

  public State state() {
    if (cancelledAt != null) {
      return doneAt == null ? State.CANCELLING : State.CANCELLED;
    }
    return doneAt == null ? State.EXPANDING : State.EXPANDED;
  }
}
