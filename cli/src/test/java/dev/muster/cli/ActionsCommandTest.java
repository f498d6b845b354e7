package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.ActionPriority;
import dev.muster.fleet.ActionState;
import dev.muster.fleet.ActionStatus;
import dev.muster.fleet.ActionType;
import dev.muster.fleet.BatchInitiateDeviceActionRequest;
import dev.muster.fleet.BatchInitiateDeviceActionResponse;
import dev.muster.fleet.CancelDeviceActionRequest;
import dev.muster.fleet.CancelDeviceActionResponse;
import dev.muster.fleet.DeviceFilter;
import dev.muster.fleet.DeviceStatus;
import dev.muster.fleet.GetDeviceActionStatusResponse;
import dev.muster.fleet.InitiateDeviceActionRequest;
import dev.muster.fleet.InitiateDeviceActionResponse;
import dev.muster.fleet.ListDeviceActionsRequest;
import dev.muster.fleet.ListDeviceActionsResponse;
import dev.muster.fleet.RetryDeviceActionRequest;
import dev.muster.fleet.RetryDeviceActionResponse;
import dev.muster.fleet.Waiting;
import org.junit.jupiter.api.Test;

class ActionsCommandTest extends FleetCliTest {

  private static final ActionInfo WAITING =
      ActionInfo.newBuilder()
          .setActionId("action_1_2")
          .setDeviceId("d1")
          .setActionType(ActionType.PING)
          .setStatus(ActionStatus.PENDING)
          .setState(ActionState.STATE_PENDING)
          .setProgressPercent(-1)
          .setAttempt(1)
          .setMaxAttempts(3)
          .setPriority(ActionPriority.PRIORITY_HIGH)
          .setInitiatedAt(1_763_640_000)
          .setExpiresAt(1_763_643_600)
          .putActionParams("k", "v")
          .setBatchId("b1")
          .setResultJson("{\"rtt\": 3}")
          .setWaiting(
              Waiting.newBuilder()
                  .setFor("the end of action_1_1")
                  .setSince(1_763_640_000)
                  .setNext("It is sent when that has ended."))
          .build();

  private static final ActionInfo CANCELLED =
      ActionInfo.newBuilder()
          .setActionId("action_1_1")
          .setDeviceId("d1")
          .setActionType(ActionType.LOCK)
          .setState(ActionState.STATE_CANCELLED)
          .setProgressPercent(40)
          .setInitiatedAt(1_763_640_000)
          .setErrorMessage("Cancelled by Ann\u001b[2J")
          .build();

  @Test
  void actionsAreListedWithTheirStateAndWhatTheyWaitFor() {
    fleet.on(
        "ListDeviceActions",
        ListDeviceActionsResponse.newBuilder().addActions(WAITING).addActions(CANCELLED).build());

    Ran ran =
        onFleet(
            "actions",
            "list",
            "--device",
            "d1",
            "--state",
            "pending",
            "--state",
            "CANCELLED",
            "--type",
            "ping",
            "--batch",
            "b1");

    assertThat(ran.lines())
        .containsExactly(
            "ACTION      DEVICE  TYPE  STATE      DONE  INITIATED            NOTE",
            "action_1_2  d1      PING  PENDING    -     2025-11-20 12:00:00  the end of action_1_1",
            "action_1_1  d1      LOCK  CANCELLED  40 %  2025-11-20 12:00:00  Cancelled by Ann·[2J");
    assertThat(fleet.asked().getLast().request())
        .isEqualTo(
            ListDeviceActionsRequest.newBuilder()
                .setDeviceId("d1")
                .addStates(ActionState.STATE_PENDING)
                .addStates(ActionState.STATE_CANCELLED)
                .setActionType(ActionType.PING)
                .setBatchId("b1")
                .setPageSize(50)
                .build());
  }

  @Test
  void pagesAreFetchedUpToTheLimit() {
    fleet.on(
        "ListDeviceActions",
        (request, out) -> {
          boolean first = ((ListDeviceActionsRequest) request).getPageToken().isEmpty();
          out.onNext(
              ListDeviceActionsResponse.newBuilder()
                  .addActions(first ? WAITING : CANCELLED)
                  .setNextPageToken(first ? "p2" : "p3")
                  .build());
          out.onCompleted();
        });

    Ran ran = onFleet("actions", "--limit", "2");

    assertThat(ran.lines()).hasSize(4).last().isEqualTo("There are more: --limit.");
    assertThat(fleet.asked()).hasSize(2);
    assertThat(onFleet("actions", "--limit", "0").code()).isEqualTo(2);
  }

  @Test
  void oneActionIsShownWhole() {
    fleet.on(
        "GetDeviceActionStatus",
        GetDeviceActionStatusResponse.newBuilder().setActionInfo(WAITING).build());

    assertThat(onFleet("actions", "show", "action_1_2").lines())
        .contains(
            "Attempt      1 of 3",
            "Waits for    the end of action_1_1",
            "Next         It is sent when that has ended.",
            "Expires      2025-11-20 13:00:00",
            "Parameter k  v",
            "Batch        b1",
            "Result       {\"rtt\": 3}");
  }

  @Test
  void cancellingWhatHasEndedIsAFailure() {
    fleet.on(
        "CancelDeviceAction",
        CancelDeviceActionResponse.newBuilder().setSuccess(true).setMessage("Cancelled").build());
    assertThat(onFleet("actions", "cancel", "action_1_2", "--reason", "wrong").lines())
        .containsExactly("✓ Cancelled");
    assertThat(fleet.asked().getLast().request())
        .isEqualTo(
            CancelDeviceActionRequest.newBuilder()
                .setActionId("action_1_2")
                .setReason("wrong")
                .build());

    fleet.on(
        "CancelDeviceAction",
        CancelDeviceActionResponse.newBuilder().setMessage("It had completed").build());
    Ran late = onFleet("actions", "cancel", "action_1_2");
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.lines()).containsExactly("✗ It had completed");
  }

  @Test
  void aRetryAnswersAsTheFirstTimeDid() {
    fleet.on(
        "RetryDeviceAction",
        RetryDeviceActionResponse.newBuilder()
            .setActionId("action_1_3")
            .setActionStatus(ActionStatus.PENDING)
            .build());

    assertThat(onFleet("actions", "retry", "action_1_1", "--client-token", "t").lines())
        .containsExactly(
            "✓ Action initiated successfully", "  Action ID: action_1_3", "  Status:    PENDING");
    assertThat(((RetryDeviceActionRequest) fleet.asked().getLast().request()).getClientToken())
        .isEqualTo("t");
  }

  @Test
  void everyWishForAnActionReachesTheServer() {
    fleet.on("InitiateDeviceAction", InitiateDeviceActionResponse.getDefaultInstance());

    Ran ran =
        onFleet(
            "initiate-action",
            "d1",
            "ping",
            "--queue",
            "--priority",
            "urgent",
            "--ttl",
            "2h",
            "--timeout",
            "90",
            "--attempts",
            "3",
            "--supersede",
            "--client-token",
            "t",
            "--params",
            "a=1",
            "b=x=y",
            "--params",
            "c=");

    assertThat(ran.code()).isZero();
    assertThat(fleet.asked().getLast().request())
        .isEqualTo(
            InitiateDeviceActionRequest.newBuilder()
                .setDeviceId("d1")
                .setActionType(ActionType.PING)
                .putActionParams("a", "1")
                .putActionParams("b", "x=y")
                .putActionParams("c", "")
                .setClientToken("t")
                .setQueue(true)
                .setPriority(ActionPriority.PRIORITY_URGENT)
                .setTtlSeconds(7200)
                .setTimeoutSeconds(90)
                .setMaxAttempts(3)
                .setSupersede(true)
                .build());
  }

  @Test
  void aBatchIsForDevicesGroupsOrAFilter() {
    fleet.on(
        "BatchInitiateDeviceAction",
        BatchInitiateDeviceActionResponse.newBuilder().setBatchId("b1").setDevices(2).build());

    assertThat(onFleet("batch", "ping", "--device", "d1", "d2", "--params", "k=v").lines())
        .containsExactly("✓ Batch accepted for 2 device(s)", "  Batch ID: b1");
    assertThat(batch().getDeviceIdsList()).containsExactly("d1", "d2");
    assertThat(batch().getActionParamsMap()).containsEntry("k", "v");
    assertThat(batch().hasFilter()).isFalse();

    onFleet("batch", "ping", "--group", "g1", "--group", "g2", "--priority", "low");
    assertThat(batch().getGroupsList()).containsExactly("g1", "g2");
    assertThat(batch().getPriority()).isEqualTo(ActionPriority.PRIORITY_LOW);

    onFleet(
        "batch",
        "ping",
        "--filter",
        "platform=android",
        "tag=a",
        "tag=b",
        "status=idle",
        "type=t",
        "search=s",
        "group=g",
        "lifecycle=active");
    assertThat(batch().getFilter())
        .isEqualTo(
            DeviceFilter.newBuilder()
                .setPlatform("ANDROID")
                .addTags("a")
                .addTags("b")
                .setStatus(DeviceStatus.IDLE)
                .setDeviceType("t")
                .setSearch("s")
                .setGroup("g")
                .setLifecycle("ACTIVE")
                .build());
  }

  private BatchInitiateDeviceActionRequest batch() {
    return (BatchInitiateDeviceActionRequest) fleet.asked().getLast().request();
  }

  @Test
  void aBatchForNobodyOrTwoWaysAtOnceIsWrongUsage() {
    assertThat(onFleet("batch", "ping").code()).isEqualTo(2);
    assertThat(onFleet("batch", "ping", "--device", "d", "--group", "g").code()).isEqualTo(2);
    assertThat(onFleet("batch", "ping", "--filter", "color=red").err()).contains("«color»");
    assertThat(onFleet("batch", "ping", "--filter", "tag").err()).contains("write tag=VALUE");
    assertThat(fleet.asked()).isEmpty();
  }
}
