package dev.muster.server.fleet;

import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.CancelDeviceActionRequest;
import dev.muster.fleet.CancelDeviceActionResponse;
import dev.muster.fleet.GetDeviceActionStatusRequest;
import dev.muster.fleet.GetDeviceActionStatusResponse;
import dev.muster.fleet.InitiateDeviceActionRequest;
import dev.muster.fleet.InitiateDeviceActionResponse;
import dev.muster.fleet.ListDeviceActionsRequest;
import dev.muster.fleet.ListDeviceActionsResponse;
import dev.muster.fleet.RetryDeviceActionRequest;
import dev.muster.fleet.RetryDeviceActionResponse;
import dev.muster.server.action.Action;
import dev.muster.server.action.ActionId;
import dev.muster.server.action.ActionLists;
import dev.muster.server.action.Actions;
import dev.muster.server.action.NewAction;
import dev.muster.server.action.Waiting;
import dev.muster.server.action.Waitings;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// What the fleet service says of actions, and does with them.
@Singleton
final class FleetActions {
  private static final int USUAL_PAGE = 50;

  private final Actions actions;
  private final ActionLists lists;
  private final Waitings waitings;

  FleetActions(Actions actions, ActionLists lists, Waitings waitings) {
    this.actions = actions;
    this.lists = lists;
    this.waitings = waitings;
  }

  private List<ActionInfo> infos(Caller caller, List<Action> found) {
    Map<ActionId, Waiting> explained = waitings.of(caller, found);
    return found.stream()
        .map(action -> FleetActionWire.info(action, explained.get(action.id())))
        .toList();
  }

  /// Checked in the contract's order: the id, the type, whether the device exists, whether it is
  /// busy.
  InitiateDeviceActionResponse initiate(Caller caller, InitiateDeviceActionRequest request) {
    Contract.requireDeviceId(request.getDeviceId());
    NewAction wanted = FleetActionWire.newAction(request);
    Action action =
        Contract.ofDevice(() -> actions.initiate(caller, request.getDeviceId(), wanted));
    return InitiateDeviceActionResponse.newBuilder()
        .setSuccess(true)
        .setMessage(Contract.INITIATED)
        .setActionId(action.id().value())
        .setActionStatus(FleetActionWire.status(action.state()))
        .build();
  }

  GetDeviceActionStatusResponse show(Caller caller, GetDeviceActionStatusRequest request) {
    Contract.requireActionId(request.getActionId());
    Action action = Contract.ofAction(() -> actions.show(caller, request.getActionId()));
    return GetDeviceActionStatusResponse.newBuilder()
        .setSuccess(true)
        .setMessage(Contract.ACTION_RETRIEVED)
        .setActionInfo(infos(caller, List.of(action)).getFirst())
        .build();
  }

  ListDeviceActionsResponse list(Caller caller, ListDeviceActionsRequest request) {
    int size = request.getPageSize();
    if (size < 0 || size > FleetLists.LARGEST_PAGE) {
      throw Refusal.invalid("page_size", "must be 1 to 500, or 0 for 50");
    }
    String token = request.getPageToken();
    ActionLists.Listed found =
        Contract.ofDevice(() ->
            pageTokens(() ->
                lists.list(
                    caller,
                    FleetActionWire.filter(request),
                    token.isEmpty() ? null : token,
                    size == 0 ? USUAL_PAGE : size)));
    ListDeviceActionsResponse.Builder answer =
        ListDeviceActionsResponse.newBuilder()
            .setSuccess(true)
            .setMessage(Contract.retrievedActions(found.actions().size()))
            .addAllActions(infos(caller, found.actions()));
    if (found.next() != null) {
      answer.setNextPageToken(found.next());
    }
    return answer.build();
  }

  private static <T> T pageTokens(Supplier<T> work) {
    try {
      return work.get();
    } catch (Refusal refusal) {
      if (refusal.code() == ErrorCode.INVALID_PARAMETER
          && refusal.fields().stream().anyMatch(error -> error.field().equals("cursor"))) {
        throw Refusal.parameter("page_token", "must be the next_page_token of the page before");
      }
      throw refusal;
    }
  }

  CancelDeviceActionResponse cancel(Caller caller, CancelDeviceActionRequest request) {
    Contract.requireActionId(request.getActionId());
    String reason = request.getReason();
    Actions.Cancelled cancelled =
        Contract.ofAction(
            () -> actions.cancel(caller, request.getActionId(), reason.isBlank() ? null : reason));
    return CancelDeviceActionResponse.newBuilder()
        .setSuccess(cancelled.now())
        .setMessage(
            cancelled.now()
                ? "Action cancelled"
                : "The action had ended before: it is " + cancelled.action().state())
        .setActionInfo(FleetActionWire.info(cancelled.action(), null))
        .build();
  }

  RetryDeviceActionResponse retry(Caller caller, RetryDeviceActionRequest request) {
    Contract.requireActionId(request.getActionId());
    String token = FleetActionWire.token(request.getClientToken());
    Action action = Contract.ofAction(() -> actions.retry(caller, request.getActionId(), token));
    return RetryDeviceActionResponse.newBuilder()
        .setSuccess(true)
        .setMessage(Contract.INITIATED)
        .setActionId(action.id().value())
        .setActionStatus(FleetActionWire.status(action.state()))
        .build();
  }
}
