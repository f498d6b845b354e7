package dev.muster.cli.fleet;

import dev.muster.fleet.ActionStatus;
import dev.muster.fleet.CancelDeviceActionRequest;
import dev.muster.fleet.CancelDeviceActionResponse;
import dev.muster.fleet.GetDeviceActionStatusRequest;
import dev.muster.fleet.GetDeviceActionStatusResponse;
import dev.muster.fleet.InitiateDeviceActionRequest;
import dev.muster.fleet.InitiateDeviceActionResponse;
import dev.muster.fleet.RetryDeviceActionRequest;
import dev.muster.fleet.RetryDeviceActionResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What can be done with the actions of a fleet, answered in the lines that scripts know.
public final class FleetActions {

  private final Fleet fleet;
  private final Answers answers;

  public FleetActions(Fleet fleet, Answers answers) {
    this.fleet = fleet;
    this.answers = answers;
  }

  /// @param queue whether it may wait for its turn when an action is running on the device
  public void initiate(String device, Order order, boolean queue) {
    var request =
        InitiateDeviceActionRequest.newBuilder()
            .setDeviceId(device)
            .setActionType(FleetWords.type(order.type()))
            .setPriority(FleetWords.priority(order.priority()))
            .putAllActionParams(params(order.params()))
            .setQueue(queue)
            .setTtlSeconds(order.limits().ttl())
            .setTimeoutSeconds(order.limits().timeout())
            .setMaxAttempts(order.limits().attempts())
            .setSupersede(order.supersede());
    if (order.clientToken() != null) {
      request.setClientToken(order.clientToken());
    }
    InitiateDeviceActionResponse answer =
        fleet.call(stub -> stub.initiateDeviceAction(request.build()));
    answers.show(
        answer,
        initiated(answer.getActionId(), answer.getActionStatus(), answer.getActionStatusValue()));
  }

  private static List<String> initiated(String id, ActionStatus status, int number) {
    return List.of(
        "✓ Action initiated successfully",
        "  Action ID: " + id,
        "  Status:    " + FleetWords.name(status, number));
  }

  /// Reads `KEY=VALUE`; what is not of that form is warned of and left out.
  Map<String, String> params(List<String> words) {
    var params = new LinkedHashMap<String, String>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        answers.remark("Warning: Invalid parameter format '" + word + "'. Expected KEY=VALUE");
      } else {
        params.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return params;
  }

  public void show(String id) {
    GetDeviceActionStatusResponse answer = find(id);
    answers.show(answer, FleetText.action(answer.getActionInfo()));
  }

  GetDeviceActionStatusResponse find(String id) {
    var request = GetDeviceActionStatusRequest.newBuilder().setActionId(id).build();
    return fleet.call(stub -> stub.getDeviceActionStatus(request));
  }

  /// Exit code 1 when it had ended before.
  public int cancel(String id, @Nullable String reason) {
    var request = CancelDeviceActionRequest.newBuilder().setActionId(id);
    if (reason != null) {
      request.setReason(reason);
    }
    CancelDeviceActionResponse answer =
        fleet.call(stub -> stub.cancelDeviceAction(request.build()));
    answers.show(answer, List.of((answer.getSuccess() ? "✓ " : "✗ ") + answer.getMessage()));
    return answer.getSuccess() ? 0 : 1;
  }

  public void retry(String id, @Nullable String clientToken) {
    var request = RetryDeviceActionRequest.newBuilder().setActionId(id);
    if (clientToken != null) {
      request.setClientToken(clientToken);
    }
    RetryDeviceActionResponse answer = fleet.call(stub -> stub.retryDeviceAction(request.build()));
    answers.show(
        answer,
        initiated(answer.getActionId(), answer.getActionStatus(), answer.getActionStatusValue()));
  }
}
