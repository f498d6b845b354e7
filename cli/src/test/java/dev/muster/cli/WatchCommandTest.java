package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.ActionState;
import dev.muster.fleet.ActionType;
import dev.muster.fleet.DeviceInfo;
import dev.muster.fleet.DeviceStatus;
import dev.muster.fleet.WatchFleetRequest;
import dev.muster.fleet.WatchFleetResponse;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class WatchCommandTest extends FleetCliTest {

  private static final long AT = 1_763_640_000_000L;
  private static final Status END = Status.OUT_OF_RANGE.withDescription("The cursor is too old");

  private static WatchFleetResponse device(String cursor, String id) {
    return WatchFleetResponse.newBuilder()
        .setCursor(cursor)
        .setAt(AT)
        .setDevice(DeviceInfo.newBuilder().setDeviceId(id).setStatus(DeviceStatus.BUSY))
        .build();
  }

  private static final WatchFleetResponse ACTION =
      WatchFleetResponse.newBuilder()
          .setCursor("c2")
          .setAt(AT)
          .setAction(
              ActionInfo.newBuilder()
                  .setDeviceId("d1")
                  .setActionId("action_1_1")
                  .setActionType(ActionType.PING)
                  .setState(ActionState.STATE_RUNNING)
                  .setProgressPercent(40)
                  .setProgressText("half\nway"))
          .build();

  /// Each call of the stream sends one of these and then breaks with its status.
  private void stream(Queue<List<? extends Message>> parts, Status broken) {
    fleet.on(
        "WatchFleet",
        (_, out) -> {
          List<? extends Message> part = parts.poll();
          if (part == null) {
            out.onError(END.asRuntimeException());
            return;
          }
          part.forEach(out::onNext);
          if (broken.isOk()) {
            out.onCompleted();
          } else {
            out.onError(broken.asRuntimeException());
          }
        });
  }

  private List<String> cursors() {
    return fleet.asked().stream()
        .map(asked -> ((WatchFleetRequest) asked.request()).getCursor())
        .toList();
  }

  @Test
  void eachChangeIsALineAndABrokenConnectionGoesOnAtTheCursor() {
    var parts = new ArrayDeque<List<? extends Message>>();
    parts.add(List.of(device("c1", "d1"), ACTION));
    parts.add(
        List.of(
            WatchFleetResponse.newBuilder().setCursor("c3").build(),
            WatchFleetResponse.newBuilder().setAt(AT).setErasedDeviceId("d2").build()));
    stream(parts, Status.UNAVAILABLE);

    Ran ran = onFleet("watch", "--device", "d1", "d2", "--cursor", "c0");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines())
        .containsExactly(
            "2025-11-20 12:00:00  device  d1  BUSY",
            "2025-11-20 12:00:00  action  d1  action_1_1  PING  RUNNING  40 %  half·way",
            "2025-11-20 12:00:00  device  d2  erased",
            "✗ gRPC error: StatusCode.OUT_OF_RANGE - The cursor is too old");
    assertThat(cursors()).containsExactly("c0", "c2", "c3");
    assertThat(((WatchFleetRequest) fleet.asked().getLast().request()).getDeviceIdsList())
        .containsExactly("d1", "d2");
    assertThat(ran.err())
        .isEqualTo("The connection is lost (UNAVAILABLE); connecting again.\n".repeat(2));
  }

  @Test
  void aStreamThatTheServerEndsIsAskedForAgain() {
    var parts = new ArrayDeque<List<? extends Message>>();
    parts.add(List.of(device("c1", "d1")));
    stream(parts, Status.OK);

    assertThat(onFleet("watch").err()).contains("The server ended the stream; connecting again.");
    assertThat(cursors()).containsExactly("", "c1");
  }

  @Test
  void asJsonEachLineIsAnObjectWithItsCursor() {
    var parts = new ArrayDeque<List<? extends Message>>();
    parts.add(List.of(device("c1", "d1"), ACTION));
    stream(parts, Status.UNAVAILABLE);

    Ran ran = onFleet("watch", "--output", "json");

    assertThat(ran.lines()).hasSize(2);
    assertThat(parse(ran.lines().getFirst()).path("device").path("device_id").asText())
        .isEqualTo("d1");
    assertThat(parse(ran.lines().getLast()).path("cursor").asText()).isEqualTo("c2");
    assertThat(ran.err()).contains("OUT_OF_RANGE");
  }
}
