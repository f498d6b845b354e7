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
import java.util.Map;
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

  /// The calls of the stream, in order: each sends a change if it has a cursor, and then breaks.
  private record Part(String cursor, Status end) {
    static final Part REFUSED = new Part("", Status.UNAUTHENTICATED);
    static final Part LAST = new Part("", END);

    static Part expires(String cursor) {
      return new Part(cursor, Status.UNAUTHENTICATED);
    }
  }

  private void stream(Part... parts) {
    var left = new ArrayDeque<>(List.of(parts));
    fleet.on(
        "WatchFleet",
        (_, out) -> {
          Part part = left.remove();
          if (!part.cursor().isEmpty()) {
            out.onNext(device(part.cursor(), "d1"));
          }
          out.onError(part.end().asRuntimeException());
        });
  }

  private void renewals(String... bodies) {
    logIn();
    introduce(false);
    for (String body : bodies) {
      server.on("POST /api/auth/refresh/", 200, body);
    }
  }

  @Test
  void aLoginIsRenewedEachTimeItsAccessTokenExpires() {
    renewals(
        "{\"access\": \"access-2\", \"refresh\": \"refresh-2\"}",
        "{\"access\": \"access-3\", \"refresh\": \"refresh-3\"}");
    stream(Part.expires("c1"), Part.expires("c2"), Part.REFUSED, Part.LAST);

    Ran ran = run("watch");

    assertThat(ran.out()).contains("OUT_OF_RANGE").doesNotContain("UNAUTHENTICATED");
    assertThat(cursors()).containsExactly("", "c1", "c2", "c2");
    assertThat(fleet.asked().getLast().authorization()).isEqualTo("Bearer access-3");
  }

  @Test
  void whereTheLoginIsRenewedMayBeAwayForAWhile() {
    renewals("<html>Back soon</html>", "{\"access\": \"access-2\", \"refresh\": \"refresh-2\"}");
    stream(Part.expires("c1"), Part.REFUSED, Part.LAST);

    Ran ran = run("watch");

    assertThat(ran.out()).contains("OUT_OF_RANGE");
    assertThat(ran.err()).isEqualTo("The login cannot be renewed at present; connecting again.\n");
    assertThat(cursors()).containsExactly("", "c1", "c1");
  }

  @Test
  void aKeyThatIsRevokedEndsIt() {
    env = Map.of("MUSTER_API_KEY", "mk_secret");
    stream(Part.expires("c1"), Part.REFUSED);

    Ran ran = onFleet("watch");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).contains("StatusCode.UNAUTHENTICATED");
    assertThat(cursors()).containsExactly("", "c1");
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
