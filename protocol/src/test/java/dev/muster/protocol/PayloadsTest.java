package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.api.Test;

@Domain(Jsons.class)
@Domain(DomainContext.Global.class)
class PayloadsTest {
  @Test
  void everythingThatIsWrongIsToldAtOnceSortedByKey() {
    Json.Obj payload =
        Json.obj(
            Map.of(
                "wallpaper",
                Json.of("x"),
                "cameraDisabled",
                Json.of("yes"),
                "appsBlocked",
                Json.texts(List.of("a"))));
    assertThat(Payloads.problems(payload, false))
        .extracting(SettingProblem::key)
        .containsExactly("cameraDisabled", "wallpaper");
  }

  @Test
  void freeKeysAreAllowedButCatalogueKeysAreCheckedAllTheSame() {
    Json.Obj payload =
        Json.obj(Map.of("wallpaper", Json.of("x"), "cameraDisabled", Json.of("yes")));
    assertThat(Payloads.problems(payload, true))
        .containsExactly(new SettingProblem("cameraDisabled", "must be true or false"));
  }

  @Test
  void freeKeysMustBeStorableAndNotLookLikeAnAnswer() {
    assertThat(freeProblem("", Json.of(1))).contains("1 to 128 characters");
    assertThat(freeProblem("k".repeat(129), Json.of(1))).contains("1 to 128 characters");
    assertThat(freeProblem("k\u0000", Json.of(1))).contains("1 to 128 characters");
    assertThat(freeProblem("k", Json.texts(List.of("\ud83d")))).contains("lone surrogate");
    assertThat(freeProblem("k", Json.obj(Map.of("a\u0000", Json.of(1))))).contains("NUL");
    assertThat(freeProblem("k", new Observed.Unsupported().toWire())).contains("device's answer");
    assertThat(freeProblem("k", new Observed.Failed("no").toWire())).contains("device's answer");
    assertThat(Payloads.problems(Json.obj(Map.of("k".repeat(128), Json.of("😀"))), true)).isEmpty();
  }

  private static String freeProblem(String key, Json value) {
    List<SettingProblem> problems = Payloads.problems(Json.obj(Map.of(key, value)), true);
    assertThat(problems).hasSize(1);
    return problems.get(0).message();
  }

  @Test
  void theLaterPolicyWinsKeyByKeyAndSetsAreUnited() {
    Json.Obj weak =
        Json.obj(
            Map.of(
                "passwordMinLength",
                Json.of(6),
                "cameraDisabled",
                Json.of(true),
                "appsBlocked",
                Json.texts(List.of("b", "c"))));
    Json.Obj strong =
        Json.obj(
            Map.of("passwordMinLength", Json.of(4), "appsBlocked", Json.texts(List.of("c", "a"))));
    assertThat(Payloads.merge(List.of(weak, strong)).canonical())
        .isEqualTo(
            "{\"appsBlocked\":[\"a\",\"b\",\"c\"],\"cameraDisabled\":true,\"passwordMinLength\":4}");
  }

  @Property
  void mergingIsTheSameInOneStepOrInMany(@ForAll @Size(max = 4) List<Json.Obj> payloads) {
    Json.Obj stepwise = Json.obj(Map.of());
    for (Json.Obj payload : payloads) {
      stepwise = Payloads.merge(List.of(stepwise, payload));
    }
    assertThat(Payloads.merge(payloads)).isEqualTo(stepwise);
  }

  @Property
  void mergingAPolicyTwiceChangesNothing(
      @ForAll @Size(max = 4) List<Json.Obj> payloads, @ForAll Json.Obj last) {
    List<Json.Obj> once = new ArrayList<>(payloads);
    once.add(last);
    List<Json.Obj> twice = new ArrayList<>(once);
    twice.add(last);
    assertThat(Payloads.merge(twice)).isEqualTo(Payloads.merge(once));
  }

  @Property
  void theOrderOfPoliciesNeverMattersToSets(@ForAll Json.Obj one, @ForAll Json.Obj other) {
    Json.Obj forth = Payloads.merge(List.of(one, other));
    Json.Obj back = Payloads.merge(List.of(other, one));
    for (String key : List.of("appsRequired", "appsBlocked")) {
      assertThat(forth.fields().get(key)).isEqualTo(back.fields().get(key));
    }
  }

  @Property
  void theOverrideWinsSetsIncluded(@ForAll Json.Obj base, @ForAll Json.Obj override) {
    Json.Obj result = Payloads.override(base, override);
    assertThat(result.fields()).containsAllEntriesOf(override.fields());
    base.fields()
        .forEach((key, value) -> {
          if (!override.fields().containsKey(key)) {
            assertThat(result.fields()).containsEntry(key, value);
          }
        });
  }

  @Test
  void aDeviceIsNotToldWhatItsPlatformDoesNotKnow() {
    Json.Obj settings =
        Json.obj(
            Map.of(
                "screenCaptureDisabled",
                Json.of(true),
                "cameraDisabled",
                Json.of(true),
                "own",
                Json.of(1)));
    assertThat(Payloads.forPlatform(settings, Platform.LINUX).fields())
        .containsOnlyKeys("cameraDisabled", "own");
    assertThat(Payloads.forPlatform(settings, Platform.OTHER)).isEqualTo(settings);
  }

  @Test
  void secretValuesAreMaskedInEveryFormAndNothingElse() {
    for (Json wifi : List.of(Json.of("hunter2"), Json.NULL, Json.texts(List.of("hunter2")))) {
      Json.Obj settings = Json.obj(Map.of("wifiNetworks", wifi, "cameraDisabled", Json.of(true)));
      assertThat(Payloads.masked(settings).canonical())
          .isEqualTo("{\"cameraDisabled\":true,\"wifiNetworks\":\"********\"}");
    }
  }

  @Test
  void thatADeviceCouldNotDoASecretSettingIsNoSecret() {
    for (Observed answer : List.of(new Observed.Unsupported(), new Observed.Failed("no radio"))) {
      Json.Obj observed = Json.obj(Map.of("wifiNetworks", answer.toWire()));
      assertThat(Payloads.masked(observed)).isEqualTo(observed);
    }
  }
}
