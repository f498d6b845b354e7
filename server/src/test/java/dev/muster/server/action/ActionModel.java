package dev.muster.server.action;

import static dev.muster.server.action.ActionState.CANCELLED;
import static dev.muster.server.action.ActionState.COMPLETED;
import static dev.muster.server.action.ActionState.EXPIRED;
import static dev.muster.server.action.ActionState.FAILED;
import static dev.muster.server.action.ActionState.PENDING;
import static dev.muster.server.action.ActionState.RUNNING;

import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the room `action` must do with a few devices, in memory and one step after another.
final class ActionModel {
  static final int QUEUE_LIMIT = 3;
  static final Duration BACKOFF = Duration.ofSeconds(10);

  /// What is asked for.
  record Wish(
      ActionType type,
      ActionPriority priority,
      Duration ttl,
      Duration timeout,
      int attempts,
      boolean queued,
      boolean supersede) {}

  static final class ModelDevice {
    Lifecycle lifecycle = Lifecycle.ACTIVE;
    String status = "IDLE";
  }

  static final class ModelAction {
    final ModelDevice device;
    final int age;
    final Wish wish;
    final Instant expiresAt;
    final Set<Integer> answered = new HashSet<>();
    ActionState state = PENDING;
    int attempt;
    @Nullable Instant deliveredAt;
    @Nullable Instant nextAttemptAt;
    @Nullable Instant endedAt;

    ModelAction(ModelDevice device, int age, Wish wish, Instant now) {
      this.device = device;
      this.age = age;
      this.wish = wish;
      this.expiresAt = now.plus(wish.ttl());
    }

    boolean isAt(int number) {
      return state == RUNNING && nextAttemptAt == null && attempt == number;
    }

    @Nullable Instant dueAt() {
      if (state.isEnd()) {
        return null;
      }
      if (nextAttemptAt != null) {
        return nextAttemptAt;
      }
      return deliveredAt == null ? expiresAt : deliveredAt.plus(wish.timeout());
    }
  }

  final List<ModelDevice> devices = new ArrayList<>();
  final List<ModelAction> actions = new ArrayList<>();
  Instant now;

  ActionModel(Instant now, int devices) {
    this.now = now;
    for (int i = 0; i < devices; i++) {
      this.devices.add(new ModelDevice());
    }
  }

  /// Null when it is done, else why it is refused.
  @Nullable ErrorCode ask(ModelDevice device, Wish wish) {
    if (device.lifecycle != Lifecycle.ACTIVE) {
      return device.lifecycle == Lifecycle.RETIRED
          ? ErrorCode.DEVICE_STATE
          : ErrorCode.DEVICE_DEACTIVATED;
    }
    if (running(device).isPresent() && !wish.queued()) {
      return ErrorCode.DEVICE_BUSY;
    }
    List<ModelAction> superseded =
        waiting(device).stream()
            .filter(other -> wish.supersede() && other.wish.type() == wish.type())
            .toList();
    if (waiting(device).size() - superseded.size() >= QUEUE_LIMIT) {
      return ErrorCode.DEVICE_BUSY;
    }
    superseded.forEach(other -> end(other, CANCELLED));
    actions.add(new ModelAction(device, actions.size(), wish, now));
    advance(device);
    return null;
  }

  /// Null when it is done, else why it is refused.
  @Nullable ErrorCode retry(ModelAction action) {
    if (!action.state.isEnd()) {
      return ErrorCode.ACTION_STATE;
    }
    Wish wish = action.wish;
    return ask(
        action.device,
        new Wish(
            wish.type(),
            wish.priority(),
            wish.ttl(),
            wish.timeout(),
            wish.attempts(),
            true,
            false));
  }

  /// Whether it was this that cancelled it.
  boolean cancel(ModelAction action) {
    if (action.state.isEnd()) {
      return false;
    }
    end(action, CANCELLED);
    return true;
  }

  void hand(ModelAction action, int attempt) {
    if (action.isAt(attempt) && action.deliveredAt == null) {
      action.deliveredAt = now;
    }
  }

  /// Whether the device is told to stop.
  boolean progress(ModelAction action, int attempt) {
    hand(action, attempt);
    return !action.isAt(attempt);
  }

  /// Whether it is the first result of the attempt, and of an action that has not ended.
  boolean answer(ModelAction action, int attempt, boolean success) {
    if (!action.answered.add(attempt) || action.state.isEnd()) {
      return false;
    }
    if (success) {
      end(action, COMPLETED);
    } else if (action.isAt(attempt)) {
      attemptFailed(action);
    }
    return true;
  }

  void move(ModelDevice device, Lifecycle target) {
    if (device.lifecycle == target || device.lifecycle == Lifecycle.RETIRED) {
      return;
    }
    device.lifecycle = target;
    switch (target) {
      case ACTIVE -> {
        running(device).filter(this::isPaused).ifPresent(this::goOn);
        advance(device);
      }
      case DEACTIVATED -> {}
      case RETIRED -> {
        waiting(device).forEach(action -> end(action, CANCELLED));
        running(device).ifPresent(action -> end(action, CANCELLED));
      }
    }
  }

  /// The clock looks at everything once.
  void tick() {
    for (ModelAction action : List.copyOf(actions)) {
      Instant due = action.dueAt();
      if (due == null || due.isAfter(now)) {
        continue;
      }
      if (isPaused(action)) {
        goOn(action);
      } else if (action.deliveredAt == null) {
        end(action, EXPIRED);
      } else {
        attemptFailed(action);
      }
    }
  }

  /// Between two attempts, and the pause is over.
  private boolean isPaused(ModelAction action) {
    return action.nextAttemptAt != null && !action.nextAttemptAt.isAfter(now);
  }

  private void goOn(ModelAction action) {
    if (!action.expiresAt.isAfter(now)) {
      end(action, EXPIRED);
    } else if (action.device.lifecycle == Lifecycle.ACTIVE) {
      begin(action);
    }
  }

  private void attemptFailed(ModelAction action) {
    Instant next = now.plus(BACKOFF.multipliedBy(1L << (action.attempt - 1)));
    if (action.attempt < action.wish.attempts() && next.isBefore(action.expiresAt)) {
      action.nextAttemptAt = next;
      action.deliveredAt = null;
    } else {
      end(action, FAILED);
    }
  }

  private void end(ModelAction action, ActionState how) {
    boolean ran = action.state == RUNNING;
    action.state = how;
    action.nextAttemptAt = null;
    action.endedAt = now;
    ModelDevice device = action.device;
    if (ran && !advance(device) && Set.of("BUSY", "UPDATING").contains(device.status)) {
      device.status = how == COMPLETED || how == CANCELLED ? "IDLE" : "ERROR";
    }
  }

  private boolean advance(ModelDevice device) {
    if (device.lifecycle != Lifecycle.ACTIVE || running(device).isPresent()) {
      return false;
    }
    for (ModelAction next : waiting(device)) {
      if (next.expiresAt.isAfter(now)) {
        begin(next);
        return true;
      }
      end(next, EXPIRED);
    }
    return false;
  }

  private void begin(ModelAction action) {
    action.state = RUNNING;
    action.attempt++;
    action.nextAttemptAt = null;
    action.deliveredAt = null;
    action.device.status = action.wish.type() == ActionType.SOFTWARE_UPDATE ? "UPDATING" : "BUSY";
  }

  Optional<ModelAction> running(ModelDevice device) {
    return actions.stream()
        .filter(action -> action.device == device && action.state == RUNNING)
        .findFirst();
  }

  /// In the order in which they have their turn.
  List<ModelAction> waiting(ModelDevice device) {
    return actions.stream()
        .filter(action -> Objects.equals(action.device, device) && action.state == PENDING)
        .sorted(
            Comparator.comparing((ModelAction action) -> action.wish.priority())
                .reversed()
                .thenComparingInt(action -> action.age))
        .toList();
  }
}
