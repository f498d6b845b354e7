package dev.muster.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.ActionPriority;
import dev.muster.fleet.ActionState;
import dev.muster.fleet.ActionStatus;
import dev.muster.fleet.ActionType;
import dev.muster.fleet.CancelDeviceActionRequest;
import dev.muster.fleet.CancelDeviceActionResponse;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceBlockingStub;
import dev.muster.fleet.GetDeviceActionStatusRequest;
import dev.muster.fleet.InitiateDeviceActionRequest;
import dev.muster.fleet.InitiateDeviceActionResponse;
import dev.muster.fleet.ListDeviceActionsRequest;
import dev.muster.fleet.ListDeviceActionsResponse;
import dev.muster.fleet.RetryDeviceActionRequest;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Actions as far as they go beyond the contract.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class FleetActionsTest {
  private Api operator;
  private DeviceManagementServiceBlockingStub fleet;
  private String device;

  @BeforeEach
  void beAnOrganization() {
    operator = Api.ofNewOrganization();
    fleet = DeviceManagementServiceGrpc.newBlockingStub(Grpc.as(operator));
    device = EnrolledDevice.in(operator).id();
  }

  private InitiateDeviceActionRequest.Builder ping() {
    return InitiateDeviceActionRequest.newBuilder()
        .setDeviceId(device)
        .setActionType(ActionType.PING);
  }

  private ActionInfo show(String id) {
    return fleet
        .getDeviceActionStatus(GetDeviceActionStatusRequest.newBuilder().setActionId(id).build())
        .getActionInfo();
  }

  @Test
  void anActionWaitsForItsTurnWhenItSaysSo() {
    var _ = fleet.initiateDeviceAction(ping().build());
    InitiateDeviceActionResponse second =
        fleet.initiateDeviceAction(
            ping()
                .setQueue(true)
                .setPriority(ActionPriority.PRIORITY_HIGH)
                .setTtlSeconds(60)
                .setMaxAttempts(3)
                .build());
    assertThat(second.getActionStatus()).isEqualTo(ActionStatus.PENDING);
    ActionInfo waiting = show(second.getActionId());
    assertThat(waiting.getState()).isEqualTo(ActionState.STATE_PENDING);
    assertThat(waiting.getPriority()).isEqualTo(ActionPriority.PRIORITY_HIGH);
    assertThat(waiting.getMaxAttempts()).isEqualTo(3);
    assertThat(waiting.getProgressPercent()).isEqualTo(-1);
    assertThat(waiting.getWaiting().getFor()).endsWith(".");
    assertThat(waiting.getWaiting().getNext()).endsWith(".");
    assertThat(waiting.getWaiting().getSince()).isGreaterThanOrEqualTo(waiting.getInitiatedAt());
    assertThat(waiting.getExpiresAt() - waiting.getInitiatedAt()).isBetween(59L, 61L);
  }

  @Test
  void theSameClientTokenIsTheSameAction() {
    InitiateDeviceActionRequest request = ping().setClientToken("once").build();
    String id = fleet.initiateDeviceAction(request).getActionId();
    assertThat(fleet.initiateDeviceAction(request).getActionId()).isEqualTo(id);
    refused(
        () -> fleet.initiateDeviceAction(request.toBuilder().setMaxAttempts(2).build()),
        "INVALID_ARGUMENT: client_token: ");
  }

  @Test
  void aCancelledActionIsToldApart() {
    String id = fleet.initiateDeviceAction(ping().build()).getActionId();
    CancelDeviceActionRequest request =
        CancelDeviceActionRequest.newBuilder().setActionId(id).setReason("not today").build();
    CancelDeviceActionResponse cancelled = fleet.cancelDeviceAction(request);
    assertThat(cancelled.getSuccess()).isTrue();
    assertThat(cancelled.getActionInfo().getStatus()).isEqualTo(ActionStatus.FAILED);
    assertThat(cancelled.getActionInfo().getState()).isEqualTo(ActionState.STATE_CANCELLED);
    assertThat(cancelled.getActionInfo().getErrorMessage()).isEqualTo("Cancelled: not today");

    CancelDeviceActionResponse again = fleet.cancelDeviceAction(request);
    assertThat(again.getSuccess()).isFalse();
    assertThat(again.getMessage()).contains("CANCELLED");
  }

  @Test
  void anActionThatHasEndedIsDoneAgain() {
    String id = fleet.initiateDeviceAction(ping().build()).getActionId();
    RetryDeviceActionRequest retry = RetryDeviceActionRequest.newBuilder().setActionId(id).build();
    refused(() -> fleet.retryDeviceAction(retry), "FAILED_PRECONDITION: The action has not ended");
    var _ =
        fleet.cancelDeviceAction(CancelDeviceActionRequest.newBuilder().setActionId(id).build());
    String again = fleet.retryDeviceAction(retry).getActionId();
    assertThat(again).isNotEqualTo(id);
    assertThat(show(again).getActionType()).isEqualTo(ActionType.PING);
  }

  @Test
  void actionsAreListedNewestFirstPageByPage() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.add(fleet.initiateDeviceAction(ping().setQueue(true).build()).getActionId());
    }
    List<String> listed = new ArrayList<>();
    ListDeviceActionsRequest.Builder request =
        ListDeviceActionsRequest.newBuilder().setDeviceId(device).setPageSize(2);
    do {
      ListDeviceActionsResponse page = fleet.listDeviceActions(request.build());
      assertThat(page.getMessage()).isEqualTo("Retrieved " + page.getActionsCount() + " action(s)");
      page.getActionsList().forEach(action -> listed.add(action.getActionId()));
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    assertThat(listed).isEqualTo(made.reversed());

    assertThat(
            fleet
                .listDeviceActions(
                    ListDeviceActionsRequest.newBuilder()
                        .addStates(ActionState.STATE_RUNNING)
                        .build())
                .getActionsList())
        .extracting(ActionInfo::getActionId)
        .containsExactly(made.getFirst());
  }

  @Test
  void whatIsWrongIsNamed() {
    refused(
        () -> fleet.initiateDeviceAction(ping().putActionParams("loud", "yes").build()),
        "INVALID_ARGUMENT: params.loud: ");
    refused(
        () -> fleet.initiateDeviceAction(ping().setTtlSeconds(-1).build()),
        "INVALID_ARGUMENT: ttl_seconds: must be a number of seconds");
    refused(
        () -> fleet.initiateDeviceAction(ping().setMaxAttempts(11).build()),
        "INVALID_ARGUMENT: max_attempts: must be 1 to 10");
    refused(
        () -> fleet.initiateDeviceAction(ping().setPriorityValue(9).build()),
        "INVALID_ARGUMENT: priority: ");
    refused(
        () -> fleet.initiateDeviceAction(ping().setClientToken("x".repeat(129)).build()),
        "INVALID_ARGUMENT: client_token: ");
    refused(
        () ->
            fleet.listDeviceActions(
                ListDeviceActionsRequest.newBuilder().setPageToken("x").build()),
        "INVALID_ARGUMENT: page_token: ");
    refused(
        () ->
            fleet.listDeviceActions(ListDeviceActionsRequest.newBuilder().setPageSize(501).build()),
        "INVALID_ARGUMENT: page_size: ");
    refused(
        () ->
            fleet.listDeviceActions(
                ListDeviceActionsRequest.newBuilder()
                    .addStates(ActionState.ACTION_STATE_UNKNOWN)
                    .build()),
        "INVALID_ARGUMENT: states: ");
    refused(
        () ->
            fleet.listDeviceActions(ListDeviceActionsRequest.newBuilder().setBatchId("x").build()),
        "INVALID_ARGUMENT: batch_id: ");
    refused(
        () ->
            fleet.listDeviceActions(
                ListDeviceActionsRequest.newBuilder().setDeviceId("nowhere").build()),
        "NOT_FOUND: Device not found");
  }

  private static void refused(ThrowingCallable call, String words) {
    assertThatThrownBy(call).hasMessageStartingWith(words);
  }
}
