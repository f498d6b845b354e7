package dev.muster.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.ActionState;
import dev.muster.fleet.ActionType;
import dev.muster.fleet.CancelDeviceActionRequest;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceBlockingStub;
import dev.muster.fleet.InitiateDeviceActionRequest;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.WatchDeviceActionRequest;
import dev.muster.fleet.WatchDeviceActionResponse;
import dev.muster.fleet.WatchFleetRequest;
import dev.muster.fleet.WatchFleetResponse;
import dev.muster.server.live.Cursor;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.Context;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Streams of changes, over a real channel.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class FleetWatchTest {
  private Api operator;
  private DeviceManagementServiceBlockingStub fleet;
  private Context.CancellableContext watching;

  @BeforeEach
  void beAnOrganization() {
    operator = Api.ofNewOrganization();
    fleet = DeviceManagementServiceGrpc.newBlockingStub(Grpc.as(operator));
    watching = Context.current().withCancellation();
  }

  @AfterEach
  void hangUp() {
    watching.cancel(null);
  }

  private Iterator<WatchFleetResponse> watch(WatchFleetRequest request) {
    Iterator<WatchFleetResponse> stream =
        callWatching(() -> fleet.withDeadlineAfter(60, TimeUnit.SECONDS).watchFleet(request));
    WatchFleetResponse first = stream.next();
    assertThat(first.getChangeCase()).isEqualTo(WatchFleetResponse.ChangeCase.CHANGE_NOT_SET);
    assertThat(first.getCursor()).isNotEmpty();
    return stream;
  }

  private <T> T callWatching(java.util.concurrent.Callable<T> call) {
    try {
      return watching.call(call);
    } catch (RuntimeException refused) {
      throw refused;
    } catch (Exception impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private void register(String id) {
    var _ = fleet.registerDevice(RegisterDeviceRequest.newBuilder().setDeviceId(id).build());
  }

  private static WatchFleetResponse nextChange(Iterator<WatchFleetResponse> stream) {
    WatchFleetResponse next = stream.next();
    while (next.getChangeCase() == WatchFleetResponse.ChangeCase.CHANGE_NOT_SET) {
      next = stream.next();
    }
    return next;
  }

  /// The device that is told next, and no other, until it has this name. What was in progress when
  /// the stream began may be told before.
  private static String idOfNext(Iterator<WatchFleetResponse> stream, String name) {
    String device = "";
    for (boolean found = false; !found; ) {
      WatchFleetResponse next = nextChange(stream);
      assertThat(device).isIn("", next.getDevice().getDeviceId());
      device = next.getDevice().getDeviceId();
      found = next.getDevice().getDeviceName().equals(name);
    }
    return device;
  }

  @Test
  void whatHappensIsToldAsItHappens() {
    Iterator<WatchFleetResponse> stream = watch(WatchFleetRequest.getDefaultInstance());
    register("d1");
    WatchFleetResponse registered = nextChange(stream);
    assertThat(registered.getDevice().getDeviceId()).isEqualTo("d1");
    assertThat(registered.getAt()).isPositive();

    operator.patch("/api/devices/d1/", Map.of("name", "other")).expect(200);
    assertThat(idOfNext(stream, "other")).isEqualTo("d1");

    operator.delete("/api/devices/d1/").expect(204);
    WatchFleetResponse last = nextChange(stream);
    while (last.getErasedDeviceId().isEmpty()) {
      last = nextChange(stream);
    }
    assertThat(last.getErasedDeviceId()).isEqualTo("d1");
  }

  @Test
  void whoComesBackWithACursorMissesNothing() {
    Iterator<WatchFleetResponse> stream = watch(WatchFleetRequest.getDefaultInstance());
    register("a");
    String cursor = nextChange(stream).getCursor();
    watching.cancel(null);
    watching = Context.current().withCancellation();
    Set<String> missed = new HashSet<>();
    for (int i = 0; i < 150; i++) { // more than a page
      register("b" + i);
      missed.add("b" + i);
    }
    Iterator<WatchFleetResponse> again =
        watch(WatchFleetRequest.newBuilder().setCursor(cursor).build());
    while (!missed.isEmpty()) {
      String told = nextChange(again).getDevice().getDeviceId();
      assertThat(missed.remove(told)).as(told).isTrue();
    }
  }

  @Test
  void onlyTheNamedDevicesAreTold() {
    register("mine");
    register("other");
    Iterator<WatchFleetResponse> stream =
        watch(WatchFleetRequest.newBuilder().addDeviceIds("mine").build());
    operator.patch("/api/devices/other/", Map.of("name", "x")).expect(200);
    operator.patch("/api/devices/mine/", Map.of("name", "y")).expect(200);
    assertThat(idOfNext(stream, "y")).isEqualTo("mine");
  }

  @Test
  void nobodyIsToldOfAnotherOrganization() {
    Iterator<WatchFleetResponse> stream = watch(WatchFleetRequest.getDefaultInstance());
    Api other = Api.ofNewOrganization();
    other.post("/api/devices/", Map.of("name", "x", "device_id", "theirs")).expect(201);
    register("ours");
    assertThat(nextChange(stream).getDevice().getDeviceId()).isEqualTo("ours");
  }

  @Test
  void aCursorThatIsNoneIsRefused() {
    Iterator<WatchFleetResponse> stream =
        callWatching(() -> fleet.watchFleet(WatchFleetRequest.newBuilder().setCursor("x").build()));
    assertThatThrownBy(stream::next).hasMessageStartingWith("INVALID_ARGUMENT: cursor: ");
    WatchFleetRequest.Builder many = WatchFleetRequest.newBuilder();
    for (int i = 0; i <= FleetWatch.MOST_DEVICES; i++) {
      many.addDeviceIds("d" + i);
    }
    Iterator<WatchFleetResponse> other = callWatching(() -> fleet.watchFleet(many.build()));
    assertThatThrownBy(other::next).hasMessageStartingWith("INVALID_ARGUMENT: device_ids: ");
  }

  private String ping(String device) {
    return fleet
        .initiateDeviceAction(
            InitiateDeviceActionRequest.newBuilder()
                .setDeviceId(device)
                .setActionType(ActionType.PING)
                .setQueue(true)
                .build())
        .getActionId();
  }

  private void cancel(String action) {
    var _ =
        fleet.cancelDeviceAction(
            CancelDeviceActionRequest.newBuilder().setActionId(action).build());
  }

  private Iterator<WatchDeviceActionResponse> watchAction(String id, String cursor) {
    return callWatching(() ->
        fleet
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .watchDeviceAction(
                WatchDeviceActionRequest.newBuilder().setActionId(id).setCursor(cursor).build()));
  }

  private static WatchDeviceActionResponse nextIn(
      ActionState state, Iterator<WatchDeviceActionResponse> stream) {
    WatchDeviceActionResponse next = stream.next();
    while (next.getActionInfo().getState() != state) {
      next = stream.next();
    }
    return next;
  }

  private static List<ActionState> rest(Iterator<WatchDeviceActionResponse> stream) {
    List<ActionState> states = new ArrayList<>();
    stream.forEachRemaining(seen -> states.add(seen.getActionInfo().getState()));
    return states;
  }

  @Test
  void whoComesBackToAnActionIsToldWhatHasChangedSince() {
    String device = EnrolledDevice.in(operator).id();
    String before = ping(device);
    String id = ping(device);
    Iterator<WatchDeviceActionResponse> stream = watchAction(id, "");
    String pending = nextIn(ActionState.STATE_PENDING, stream).getCursor();
    cancel(before);
    String running = nextIn(ActionState.STATE_RUNNING, stream).getCursor();
    watching.cancel(null);
    watching = Context.current().withCancellation();

    Iterator<WatchDeviceActionResponse> missed = watchAction(id, pending);
    assertThat(nextIn(ActionState.STATE_RUNNING, missed).getCursor()).isEqualTo(running);
    Iterator<WatchDeviceActionResponse> knows = watchAction(id, running);
    cancel(id);
    assertThat(rest(missed)).containsExactly(ActionState.STATE_CANCELLED);
    assertThat(rest(knows)).containsExactly(ActionState.STATE_CANCELLED);
    assertThat(rest(watchAction(id, pending))).containsExactly(ActionState.STATE_CANCELLED);
  }

  @Test
  void anActionIsNotWatchedFromACursorThatLeadsNowhere() {
    String id = ping(EnrolledDevice.in(operator).id());
    Iterator<WatchDeviceActionResponse> none = watchAction(id, "x");
    assertThatThrownBy(none::next).hasMessageStartingWith("INVALID_ARGUMENT: cursor: ");
    String before = new Cursor(Ids.next(), 1).text();
    Iterator<WatchDeviceActionResponse> ofAnotherLife = watchAction(id, before);
    assertThatThrownBy(ofAnotherLife::next).hasMessageStartingWith("OUT_OF_RANGE: ");
    cancel(id);
    assertThat(rest(watchAction(id, before))).containsExactly(ActionState.STATE_CANCELLED);
  }

  @Test
  void anActionIsWatchedToItsEnd() {
    String id = ping(EnrolledDevice.in(operator).id());
    Iterator<WatchDeviceActionResponse> stream = watchAction(id, "");
    assertThat(stream.next().getActionInfo().getState()).isEqualTo(ActionState.STATE_RUNNING);
    cancel(id);
    assertThat(rest(stream).getLast()).isEqualTo(ActionState.STATE_CANCELLED);

    Iterator<WatchDeviceActionResponse> late =
        fleet.watchDeviceAction(WatchDeviceActionRequest.newBuilder().setActionId(id).build());
    assertThat(late.next().getActionInfo().getState()).isEqualTo(ActionState.STATE_CANCELLED);
    assertThat(late.hasNext()).isFalse();
  }

  @Test
  void anUnknownActionIsNotWatched() {
    for (Map.Entry<String, String> row :
        Map.of(
                "", "INVALID_ARGUMENT: Action ID cannot be empty",
                "action_1_1", "NOT_FOUND: Action not found")
            .entrySet()) {
      Iterator<WatchDeviceActionResponse> stream =
          fleet.watchDeviceAction(
              WatchDeviceActionRequest.newBuilder().setActionId(row.getKey()).build());
      assertThatThrownBy(stream::next).hasMessage(row.getValue());
    }
  }
}
