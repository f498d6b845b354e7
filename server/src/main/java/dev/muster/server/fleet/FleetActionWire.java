package dev.muster.server.fleet;

import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.ActionPriority;
import dev.muster.fleet.ActionState;
import dev.muster.fleet.ActionStatus;
import dev.muster.fleet.ActionType;
import dev.muster.fleet.BatchInitiateDeviceActionRequest;
import dev.muster.fleet.InitiateDeviceActionRequest;
import dev.muster.fleet.ListDeviceActionsRequest;
import dev.muster.server.action.Action;
import dev.muster.server.action.ActionFilter;
import dev.muster.server.action.NewAction;
import dev.muster.server.action.Waiting;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Actions as protobuf says them.
final class FleetActionWire {
  private static final int LONGEST_TOKEN = 128;
  private static final int YEAR = 31_536_000;
  private static final int MOST_ATTEMPTS = 10;

  private FleetActionWire() {}

  /// @param waiting what it waits for; null when it has ended, or when that was not asked
  static ActionInfo info(Action action, @Nullable Waiting waiting) {
    Action.Order order = action.order();
    Action.End end = action.end();
    Action.Progress progress = action.progress();
    ActionInfo.Builder info =
        ActionInfo.newBuilder()
            .setActionId(action.id().value())
            .setDeviceId(action.handle())
            .setActionType(ActionType.valueOf(order.type().name()))
            .setStatus(status(action.state()))
            .putAllActionParams(order.params())
            .setInitiatedAt(FleetWire.seconds(order.createdAt()))
            .setState(state(action.state()))
            .setProgressPercent(progress.percent() == null ? -1 : progress.percent())
            .setProgressText(progress.text() == null ? "" : progress.text())
            .setAttempt(action.run().attempt())
            .setMaxAttempts(order.attempts())
            .setPriority(priority(order.priority()))
            .setExpiresAt(FleetWire.seconds(order.expiresAt()))
            .setBatchId(order.batch() == null ? "" : order.batch().toString());
    if (waiting != null) {
      info.getWaitingBuilder()
          .setFor(waiting.what())
          .setSince(FleetWire.seconds(waiting.since()))
          .setNext(waiting.next());
    }
    if (end != null) {
      info.setCompletedAt(FleetWire.seconds(end.at()))
          .setErrorMessage(end.error() == null ? "" : end.error())
          .setResultJson(end.result() == null ? "" : end.result().canonical());
    }
    return info.build();
  }

  /// In the words that old clients know: they wait until it is COMPLETED or FAILED.
  static ActionStatus status(dev.muster.server.action.ActionState state) {
    return switch (state) {
      case PENDING -> ActionStatus.PENDING;
      case RUNNING -> ActionStatus.RUNNING;
      case COMPLETED -> ActionStatus.COMPLETED;
      case FAILED, CANCELLED, EXPIRED -> ActionStatus.FAILED;
    };
  }

  private static ActionState state(dev.muster.server.action.ActionState state) {
    return switch (state) {
      case PENDING -> ActionState.STATE_PENDING;
      case RUNNING -> ActionState.STATE_RUNNING;
      case COMPLETED -> ActionState.STATE_COMPLETED;
      case FAILED -> ActionState.STATE_FAILED;
      case CANCELLED -> ActionState.STATE_CANCELLED;
      case EXPIRED -> ActionState.STATE_EXPIRED;
    };
  }

  private static dev.muster.server.action.ActionState state(ActionState state) {
    return switch (state) {
      case STATE_PENDING -> dev.muster.server.action.ActionState.PENDING;
      case STATE_RUNNING -> dev.muster.server.action.ActionState.RUNNING;
      case STATE_COMPLETED -> dev.muster.server.action.ActionState.COMPLETED;
      case STATE_FAILED -> dev.muster.server.action.ActionState.FAILED;
      case STATE_CANCELLED -> dev.muster.server.action.ActionState.CANCELLED;
      case STATE_EXPIRED -> dev.muster.server.action.ActionState.EXPIRED;
      case ACTION_STATE_UNKNOWN, UNRECOGNIZED ->
          throw Refusal.invalid("states", "must be states that an action can have");
    };
  }

  /// @throws Refusal in the contract's words when it is none
  static dev.muster.server.action.ActionType type(ActionType type) {
    return switch (type) {
      case SOFTWARE_UPDATE -> dev.muster.server.action.ActionType.SOFTWARE_UPDATE;
      case FIRMWARE_UPDATE -> dev.muster.server.action.ActionType.FIRMWARE_UPDATE;
      case SYSTEM_REBOOT -> dev.muster.server.action.ActionType.SYSTEM_REBOOT;
      case CONFIGURATION_CHANGE -> dev.muster.server.action.ActionType.CONFIGURATION_CHANGE;
      case PING -> dev.muster.server.action.ActionType.PING;
      case RING -> dev.muster.server.action.ActionType.RING;
      case LOCK -> dev.muster.server.action.ActionType.LOCK;
      case WIPE -> dev.muster.server.action.ActionType.WIPE;
      case LAUNCH_APP -> dev.muster.server.action.ActionType.LAUNCH_APP;
      case RESTART_APP -> dev.muster.server.action.ActionType.RESTART_APP;
      case INSTALL_APP -> dev.muster.server.action.ActionType.INSTALL_APP;
      case UNINSTALL_APP -> dev.muster.server.action.ActionType.UNINSTALL_APP;
      case GRANT_PERMISSIONS -> dev.muster.server.action.ActionType.GRANT_PERMISSIONS;
      case LIST_PACKAGES -> dev.muster.server.action.ActionType.LIST_PACKAGES;
      case COLLECT_LOGS -> dev.muster.server.action.ActionType.COLLECT_LOGS;
      case RUN_SCRIPT -> dev.muster.server.action.ActionType.RUN_SCRIPT;
      case ACTION_TYPE_UNKNOWN, UNRECOGNIZED -> throw Contract.invalidActionType();
    };
  }

  private static ActionPriority priority(dev.muster.server.action.ActionPriority priority) {
    return switch (priority) {
      case LOW -> ActionPriority.PRIORITY_LOW;
      case NORMAL -> ActionPriority.PRIORITY_NORMAL;
      case HIGH -> ActionPriority.PRIORITY_HIGH;
      case URGENT -> ActionPriority.PRIORITY_URGENT;
    };
  }

  static dev.muster.server.action.ActionPriority priority(ActionPriority priority) {
    return switch (priority) {
      case PRIORITY_UNKNOWN, PRIORITY_NORMAL -> dev.muster.server.action.ActionPriority.NORMAL;
      case PRIORITY_LOW -> dev.muster.server.action.ActionPriority.LOW;
      case PRIORITY_HIGH -> dev.muster.server.action.ActionPriority.HIGH;
      case PRIORITY_URGENT -> dev.muster.server.action.ActionPriority.URGENT;
      case UNRECOGNIZED ->
          throw Refusal.invalid("priority", "must be a priority of 1 (low) to 4 (urgent), or 0");
    };
  }

  static NewAction newAction(InitiateDeviceActionRequest request) {
    NewAction action =
        NewAction.of(type(request.getActionType()), request.getActionParamsMap())
            .at(priority(request.getPriority()))
            .within(
                seconds("ttl_seconds", request.getTtlSeconds()),
                seconds("timeout_seconds", request.getTimeoutSeconds()))
            .tried(attempts(request.getMaxAttempts()))
            .superseding(request.getSupersede())
            .named(token(request.getClientToken()));
    return request.getQueue() ? action : action.atOnce();
  }

  static NewAction newAction(BatchInitiateDeviceActionRequest request) {
    return NewAction.of(type(request.getActionType()), request.getActionParamsMap())
        .at(priority(request.getPriority()))
        .within(
            seconds("ttl_seconds", request.getTtlSeconds()),
            seconds("timeout_seconds", request.getTimeoutSeconds()))
        .tried(attempts(request.getMaxAttempts()))
        .superseding(request.getSupersede())
        .named(token(request.getClientToken()));
  }

  static @Nullable Duration seconds(String field, long seconds) {
    if (seconds < 0 || seconds > YEAR) {
      throw Refusal.invalid(
          field, "must be a number of seconds from 1 to 31536000, or 0 for the server's setting");
    }
    return seconds == 0 ? null : Duration.ofSeconds(seconds);
  }

  static @Nullable Integer attempts(int times) {
    if (times < 0 || times > MOST_ATTEMPTS) {
      throw Refusal.invalid("max_attempts", "must be 1 to 10, or 0 for the server's setting");
    }
    return times == 0 ? null : times;
  }

  static @Nullable String token(String token) {
    if (token.length() > LONGEST_TOKEN) {
      throw Refusal.invalid("client_token", "must have 128 characters at the most");
    }
    return token.isEmpty() ? null : token;
  }

  static ActionFilter filter(ListDeviceActionsRequest request) {
    Set<dev.muster.server.action.ActionState> states = new HashSet<>();
    request.getStatesList().forEach(state -> states.add(state(state)));
    return new ActionFilter(
        request.getDeviceId().isEmpty() ? null : request.getDeviceId(),
        states,
        request.getActionType() == ActionType.ACTION_TYPE_UNKNOWN
            ? null
            : type(request.getActionType()),
        batch(request.getBatchId()));
  }

  private static @Nullable UUID batch(String id) {
    return id.isEmpty()
        ? null
        : Ids.parse(id).orElseThrow(() -> Refusal.invalid("batch_id", "must be the id of a batch"));
  }
}
