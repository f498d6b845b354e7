package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Drift;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Platform;
import dev.muster.protocol.Verdicts;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SimulatedEnforcerTest {
  private static final Json.Obj EVERYTHING =
      Json.obj(
          Map.of(
              "cameraDisabled", Json.of(true),
              "screenCaptureDisabled", Json.of(true),
              "usbFileTransferDisabled", Json.of(true),
              "passwordMinLength", Json.of(8),
              "screenLockSeconds", Json.of(60),
              "appsRequired", Json.texts(List.of("org.example.scanner")),
              "appsBlocked", Json.texts(List.of("org.example.game")),
              "minOsVersion", Json.of("14")));

  private final Random random = new Random(1);

  private SimulatedEnforcer device(Platform platform, Quirks quirks, double drift) {
    return new SimulatedEnforcer(SimulatedModel.of(platform, 0), quirks, drift, random::nextDouble);
  }

  @Test
  void outOfTheBoxADeviceIsNotAsDesired() {
    SimulatedEnforcer device = device(Platform.ANDROID, Quirks.NONE, 0);
    assertThat(unsatisfied(device))
        .containsExactly(
            "appsBlocked",
            "appsRequired",
            "cameraDisabled",
            "passwordMinLength",
            "screenCaptureDisabled",
            "screenLockSeconds",
            "usbFileTransferDisabled");
  }

  @Test
  void aHealthyDeviceBecomesWhatIsDesired() {
    SimulatedEnforcer device = device(Platform.ANDROID, Quirks.NONE, 0);
    assertThat(device.enforce(EVERYTHING)).isEmpty();
    assertThat(unsatisfied(device)).isEmpty();
  }

  @Test
  void itReportsWhatItHasAndNotWhatItWasTold() {
    SimulatedEnforcer device = device(Platform.ANDROID, Quirks.NONE, 0);
    device.enforce(EVERYTHING);
    assertThat(device.observe().get("appsRequired"))
        .isEqualTo(
            new Observed.Value(
                Json.texts(
                    List.of(
                        "com.android.chrome",
                        "com.android.settings",
                        "com.example.mail",
                        "org.example.scanner"))));
    assertThat(device.observe().get("minOsVersion")).isEqualTo(new Observed.Value(Json.of("16")));
  }

  @Test
  void aPlatformDoesNotHaveEverySetting() {
    SimulatedEnforcer device = device(Platform.LINUX, Quirks.NONE, 0);
    assertThat(device.enforce(EVERYTHING)).isEmpty();
    assertThat(device.observe().get("screenCaptureDisabled")).isEqualTo(new Observed.Unsupported());
  }

  @Test
  void anOldSystemStaysOld() {
    SimulatedEnforcer device = device(Platform.LINUX, Quirks.NONE, 0);
    device.enforce(EVERYTHING);
    assertThat(unsatisfied(device)).contains("minOsVersion");
  }

  @Test
  void quirksKeepADeviceFromOneSettingOnly() {
    Quirks quirks =
        new Quirks(Set.of("usbFileTransferDisabled"), Map.of("passwordMinLength", "Busy."));
    SimulatedEnforcer device = device(Platform.ANDROID, quirks, 0);
    assertThat(device.enforce(EVERYTHING)).containsExactly(Map.entry("passwordMinLength", "Busy."));
    assertThat(unsatisfied(device)).containsExactly("passwordMinLength", "usbFileTransferDisabled");
  }

  @Test
  void whatIsNoLongerAskedForIsLetGo() {
    SimulatedEnforcer device = device(Platform.ANDROID, Quirks.NONE, 0);
    device.enforce(EVERYTHING);
    device.enforce(Json.obj(Map.of()));
    assertThat(device.observe().get("cameraDisabled"))
        .isEqualTo(new Observed.Value(Json.of(false)));
    assertThat(device.observe().get("appsBlocked"))
        .isEqualTo(new Observed.Value(Json.texts(List.of())));
  }

  @Test
  void aUserUndoesOneThingAndNeverRightAfterItWasEnforced() {
    for (int i = 0; i < 200; i++) {
      SimulatedEnforcer device = device(Platform.ANDROID, Quirks.NONE, 1);
      device.enforce(EVERYTHING);
      assertThat(unsatisfied(device)).isEmpty();
      assertThat(unsatisfied(device)).hasSize(1);
    }
  }

  @Test
  void quirksBelongToADeviceForGoodAndSpareTheCamera() {
    List<Quirks> fleet = IntStream.range(0, 10_000).mapToObj(i -> Quirks.of(i, 0.04)).toList();
    assertThat(fleet)
        .isEqualTo(IntStream.range(0, 10_000).mapToObj(i -> Quirks.of(i, 0.04)).toList());
    assertThat(fleet.stream().filter(quirks -> !quirks.equals(Quirks.NONE)).count())
        .isBetween(300L, 500L);
    assertThat(fleet)
        .noneMatch(q ->
            q.unsupported().contains("cameraDisabled")
                || q.failing().containsKey("cameraDisabled"));
    assertThat(IntStream.range(0, 100).mapToObj(i -> Quirks.of(i, 0))).containsOnly(Quirks.NONE);
  }

  private static List<String> unsatisfied(SimulatedEnforcer device) {
    return Verdicts.drift(EVERYTHING, device.observe()).stream().map(Drift::setting).toList();
  }
}
