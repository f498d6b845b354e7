package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Catalogue;
import dev.muster.protocol.Drift;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Platform;
import dev.muster.protocol.Setting;
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
          Map.ofEntries(
              Map.entry("cameraDisabled", Json.of(true)),
              Map.entry("screenCaptureDisabled", Json.of(true)),
              Map.entry("usbFileTransferDisabled", Json.of(true)),
              Map.entry("bluetoothDisabled", Json.of(true)),
              Map.entry("factoryResetDisabled", Json.of(true)),
              Map.entry("passwordMinLength", Json.of(8)),
              Map.entry("passwordComplexity", Json.of("medium")),
              Map.entry("encryptionRequired", Json.of(true)),
              Map.entry("screenLockSeconds", Json.of(60)),
              Map.entry("appsRequired", Json.texts(List.of("org.example.scanner"))),
              Map.entry("appsBlocked", Json.texts(List.of("org.example.game"))),
              Map.entry("appsAllowed", Json.texts(List.of("org.example.scanner"))),
              Map.entry("kioskApp", Json.of("org.example.scanner")),
              Map.entry(
                  "osUpdateWindow",
                  Json.obj(Map.of("start", Json.of("22:00"), "end", Json.of("04:00")))),
              Map.entry("locationMode", Json.of("device_only")),
              Map.entry("minAgentVersion", Json.of("0")),
              Map.entry(
                  "monitoredApp", Json.obj(Map.of("package", Json.of("org.example.scanner")))),
              Map.entry("wifiNetworks", wifi("hunter2hunter2")),
              Map.entry("minOsVersion", Json.of("14"))));

  private final Random random = new Random(1);

  private static Json wifi(String password) {
    return new Json.Arr(
        List.of(
            Json.obj(
                Map.of(
                    "ssid", Json.of("office"),
                    "security", Json.of("wpa2"),
                    "password", Json.of(password)))));
  }

  private SimulatedEnforcer device(Platform platform, Quirks quirks, double drift) {
    return new SimulatedEnforcer(SimulatedModel.of(platform, 0), quirks, drift, random::nextDouble);
  }

  @Test
  void outOfTheBoxADeviceIsNotAsDesired() {
    SimulatedEnforcer device = device(Platform.ANDROID, Quirks.NONE, 0);
    assertThat(unsatisfied(device))
        .containsExactly(
            "appsAllowed",
            "appsBlocked",
            "appsRequired",
            "bluetoothDisabled",
            "cameraDisabled",
            "factoryResetDisabled",
            "kioskApp",
            "locationMode",
            "monitoredApp",
            "osUpdateWindow",
            "passwordComplexity",
            "passwordMinLength",
            "screenCaptureDisabled",
            "screenLockSeconds",
            "usbFileTransferDisabled",
            "wifiNetworks");
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
  void everySettingOfTheCatalogueIsSimulated() {
    assertThat(EVERYTHING.fields().keySet())
        .containsExactlyInAnyOrderElementsOf(Catalogue.all().stream().map(Setting::key).toList());
  }

  @Test
  void theOwnerEncryptsOnceAndNoPolicyDecrypts() {
    SimulatedEnforcer device = device(Platform.LINUX, Quirks.NONE, 0);
    assertThat(unsatisfied(device)).contains("encryptionRequired");
    device.enforce(EVERYTHING);
    device.enforce(Json.obj(Map.of("encryptionRequired", Json.of(false))));
    assertThat(device.observe().get("encryptionRequired"))
        .isEqualTo(new Observed.Value(Json.of(true)));
  }

  @Test
  void aDeviceIsNotLockedToAnAppThatItDoesNotHave() {
    SimulatedEnforcer device = device(Platform.ANDROID, Quirks.NONE, 0);
    assertThat(device.enforce(Json.obj(Map.of("kioskApp", Json.of("org.example.pos")))))
        .containsExactly(Map.entry("kioskApp", "The app is not installed."));
    assertThat(device.observe().get("kioskApp")).isEqualTo(new Observed.Value(Json.NULL));
  }

  @Test
  void whatIsBlockedDoesNotRunAlthoughAnotherPolicyAllowsIt() {
    SimulatedEnforcer device = device(Platform.ANDROID, Quirks.NONE, 0);
    Json.Obj both =
        Json.obj(
            Map.of(
                "appsAllowed", Json.texts(List.of("a", "b")),
                "appsBlocked", Json.texts(List.of("b"))));
    device.enforce(both);
    assertThat(device.observe().get("appsAllowed"))
        .isEqualTo(new Observed.Value(Json.texts(List.of("a"))));
    assertThat(Verdicts.drift(both, device.observe())).isEmpty();
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
