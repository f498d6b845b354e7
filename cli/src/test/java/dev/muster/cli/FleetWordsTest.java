package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.fleet.ActionState;
import dev.muster.fleet.ActionType;
import dev.muster.fleet.DeviceStatus;
import dev.muster.fleet.InitiateDeviceActionRequest;
import dev.muster.fleet.InitiateDeviceActionResponse;
import dev.muster.fleet.ListDeviceActionsRequest;
import dev.muster.fleet.ListDeviceActionsResponse;
import dev.muster.fleet.SetDeviceStatusRequest;
import dev.muster.fleet.SetDeviceStatusResponse;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// Every word of the service's enums, in any case, reaches the server as itself and comes back.
class FleetWordsTest extends FleetCliTest {

  private static Stream<String> spellings(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    return Stream.of(
        word, lower, lower.substring(0, 1).toUpperCase(Locale.ROOT) + lower.substring(1));
  }

  @ParameterizedTest
  @EnumSource(value = DeviceStatus.class, mode = Mode.EXCLUDE, names = "UNRECOGNIZED")
  void aStatusInAnyCase(DeviceStatus status) {
    fleet.on(
        "SetDeviceStatus",
        SetDeviceStatusResponse.newBuilder()
            .setPreviousStatus(status)
            .setCurrentStatus(status)
            .build());
    spellings(status.name())
        .forEach(word -> {
          Ran ran = onFleet("set-status", "d", word);

          assertThat(ran.lines())
              .containsExactly(
                  "✓ Device 'd' status updated:", "  Previous: " + status, "  Current:  " + status);
          var asked = (SetDeviceStatusRequest) fleet.asked().getLast().request();
          assertThat(asked.getStatus()).isEqualTo(status);
        });
  }

  @ParameterizedTest
  @EnumSource(value = ActionType.class, mode = Mode.EXCLUDE, names = "UNRECOGNIZED")
  void anActionTypeInAnyCase(ActionType type) {
    fleet.on("InitiateDeviceAction", InitiateDeviceActionResponse.getDefaultInstance());
    spellings(type.name())
        .forEach(word -> {
          assertThat(onFleet("initiate-action", "d", word).code()).isZero();
          var asked = (InitiateDeviceActionRequest) fleet.asked().getLast().request();
          assertThat(asked.getActionType()).isEqualTo(type);
        });
  }

  @ParameterizedTest
  @EnumSource(value = ActionState.class, mode = Mode.EXCLUDE, names = "UNRECOGNIZED")
  void aStateWithOrWithoutItsPrefix(ActionState state) {
    fleet.on("ListDeviceActions", ListDeviceActionsResponse.getDefaultInstance());
    Arrays.asList(state.name(), state.name().replaceFirst("^STATE_", "").toLowerCase(Locale.ROOT))
        .forEach(word -> {
          assertThat(onFleet("actions", "--state", word).code()).isZero();
          var asked = (ListDeviceActionsRequest) fleet.asked().getLast().request();
          assertThat(asked.getStatesList()).containsExactly(state);
        });
  }

  @ParameterizedTest
  @EnumSource(value = DeviceStatus.class, mode = Mode.INCLUDE, names = "UNRECOGNIZED")
  void aWordThatANewerServerHasIsShownAsItsNumber(DeviceStatus unknown) {
    fleet.on(
        "SetDeviceStatus", SetDeviceStatusResponse.newBuilder().setCurrentStatusValue(99).build());

    assertThat(onFleet("set-status", "d", "idle").out()).contains("Current:  99");
    assertThat(onFleet("set-status", "d", unknown.name()).lines().getFirst())
        .isEqualTo("Error: Invalid status 'UNRECOGNIZED'");
  }
}
