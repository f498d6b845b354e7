package dev.muster.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.action.Action;
import dev.muster.server.action.ActionId;
import dev.muster.server.action.ActionPriority;
import dev.muster.server.action.ActionState;
import dev.muster.server.action.ActionType;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
  private static final Instant NOW = Instant.parse("2026-01-15T10:00:00.123456Z");
  private static final DeviceId DEVICE = new DeviceId(Ids.next());
  private static final Action.Order ORDER =
      new Action.Order(
          ActionType.RUN_SCRIPT,
          Map.of("script", "echo hunter2"),
          ActionPriority.HIGH,
          NOW,
          NOW.plusSeconds(60),
          Duration.ofMinutes(10),
          3,
          Ids.next(),
          new ActionId("action_1_1"));

  private static Action action(
      ActionState state, Action.Run run, Action.Progress progress, Action.@Nullable End end) {
    return new Action(
        new OrganizationId(new java.util.UUID(1, 1)),
        new ActionId("action_1_2"),
        2,
        DEVICE,
        "till",
        ORDER,
        state,
        run,
        progress,
        end);
  }

  private static Json.Obj stored(Json.Obj snapshot) {
    return JsonText.parseObject(snapshot.canonical());
  }

  /// Whatever became of it later.
  @Property
  void anActionIsReadBackAsItWas(
      @ForAll ActionState state,
      @ForAll @IntRange(max = 10) int attempt,
      @ForAll @IntRange(min = -1, max = 100) int percent,
      @ForAll boolean delivered,
      @ForAll boolean failed) {
    Json.Obj result = Json.obj(Map.of("lines", Json.of(7)));
    Action then =
        action(
            state,
            new Action.Run(
                attempt == 0 ? null : NOW,
                attempt,
                delivered ? NOW.plusSeconds(1) : null,
                delivered ? null : NOW.plusSeconds(2),
                null),
            new Action.Progress(percent < 0 ? null : percent, percent < 0 ? null : "at it", NOW),
            state.isEnd()
                ? new Action.End(NOW.plusSeconds(3), failed ? "no" : null, result)
                : null);
    Action now =
        action(
            ActionState.COMPLETED,
            new Action.Run(NOW, 3, NOW, null, null),
            new Action.Progress(100, "done", NOW),
            new Action.End(NOW.plusSeconds(9), null, result));

    assertThat(Snapshots.action(now, stored(Snapshots.of(then)))).isEqualTo(then);
  }

  @Test
  void whatAnActionWasAskedForWithIsNotInTheLog() {
    Action action =
        action(
            ActionState.COMPLETED,
            new Action.Run(NOW, 1, NOW, null, null),
            new Action.Progress(null, null, null),
            new Action.End(NOW, null, Json.obj(Map.of("output", Json.of("hunter2")))));

    assertThat(Snapshots.of(action).canonical()).doesNotContain("hunter2");
  }

  @Property
  void aDeviceIsReadBackAsItWas(
      @ForAll DeviceStatus status, @ForAll Lifecycle lifecycle, @ForAll boolean busy) {
    DeviceView view =
        new DeviceView(
            DEVICE,
            "till",
            "Kasse „4“",
            Platform.ANDROID,
            "till",
            status,
            lifecycle,
            List.of("b", "a"),
            NOW,
            NOW.plusSeconds(1),
            busy ? new ActionId("action_1_2") : null);

    assertThat(Snapshots.device(DEVICE, "till", stored(Snapshots.of(view)))).isEqualTo(view);
  }
}
