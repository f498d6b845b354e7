package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@Domain(Jsons.class)
@Domain(DomainContext.Global.class)
class VerdictsTest {
  @Property
  void driftIsEmptyExactlyWhenEverySettingIsSatisfied(
      @ForAll Json.Obj desired, @ForAll Json.Obj actual) {
    Map<String, Observed> observed = new HashMap<>();
    actual.fields().forEach((key, value) -> observed.put(key, new Observed.Value(value)));
    List<String> unsatisfied =
        desired.fields().entrySet().stream()
            .filter(
                it -> !isSatisfied(it.getKey(), it.getValue(), actual.fields().get(it.getKey())))
            .map(Map.Entry::getKey)
            .toList();
    assertThat(Verdicts.drift(desired, observed)).extracting(Drift::setting).isEqualTo(unsatisfied);
  }

  private static boolean isSatisfied(String key, Json desired, @Nullable Json actual) {
    return actual != null
        && Catalogue.find(key)
            .map(setting -> setting.satisfiedBy(desired, actual))
            .orElse(desired.equals(actual));
  }

  @Property
  void aDeviceThatDoesExactlyAsToldHasNoDrift(@ForAll Json.Obj desired) {
    Assume.that(Payloads.problems(desired, true).isEmpty());
    Map<String, Observed> observed = new HashMap<>();
    desired.fields().forEach((key, value) -> observed.put(key, new Observed.Value(value)));
    assertThat(Verdicts.drift(desired, observed)).isEmpty();
  }

  @Property
  void whatIsUnsupportedFailedOrNotReportedSatisfiesNothing(@ForAll Json.Obj desired) {
    Map<String, Observed> unsupported = new HashMap<>();
    Map<String, Observed> failed = new HashMap<>();
    for (String key : desired.fields().keySet()) {
      unsupported.put(key, new Observed.Unsupported());
      failed.put(key, new Observed.Failed("no"));
    }
    int all = desired.fields().size();
    assertThat(Verdicts.drift(desired, Map.of()))
        .hasSize(all)
        .allMatch(drift -> drift.actual() == null);
    assertThat(Verdicts.drift(desired, unsupported)).hasSize(all);
    assertThat(Verdicts.drift(desired, failed)).hasSize(all);
  }

  @Property
  void whatADeviceSaysSurvivesTheWire(@ForAll Json value, @ForAll String reason) {
    Assume.that(Observed.fromWire(value) instanceof Observed.Value);
    for (Observed observed :
        List.of(
            new Observed.Value(value), new Observed.Unsupported(), new Observed.Failed(reason))) {
      assertThat(Observed.fromWire(observed.toWire())).isEqualTo(observed);
    }
  }

  @Test
  void answersAreWrittenAsAgreed() {
    assertThat(new Observed.Value(Json.of(8)).toWire().canonical()).isEqualTo("8");
    assertThat(new Observed.Unsupported().toWire().canonical()).isEqualTo("{\"unsupported\":true}");
    assertThat(new Observed.Failed("no").toWire().canonical()).isEqualTo("{\"failed\":\"no\"}");
  }

  @Test
  void aLongerPasswordAndANewerSystemSatisfy() {
    assertSatisfied("passwordMinLength", Json.of(8), Json.of(8), Json.of(9), Json.of(128));
    assertDrift("passwordMinLength", Json.of(8), Json.of(7), Json.of("9"), Json.NULL);
    assertSatisfied(
        "minOsVersion", Json.of("14"), Json.of("14.0"), Json.of("14.0.1"), Json.of("100"));
    assertDrift(
        "minOsVersion",
        Json.of("14.1"),
        Json.of("14"),
        Json.of("9.9"),
        Json.of("fifteen"),
        Json.of(15));
  }

  @Test
  void aScreenThatNeverLocksDoesNotSatisfyALimit() {
    assertSatisfied("screenLockSeconds", Json.of(60), Json.of(60), Json.of(1));
    assertDrift(
        "screenLockSeconds", Json.of(60), Json.of(61), Json.of(0), Json.of(-1), Json.of("30"));
  }

  @Test
  void moreAppsThanRequiredSatisfyAndOrderDoesNotCount() {
    Json required = Json.texts(List.of("a", "b"));
    assertSatisfied("appsRequired", required, Json.texts(List.of("c", "b", "a")), required);
    assertDrift("appsRequired", required, Json.texts(List.of("a", "c")), Json.of("a"));
    assertSatisfied("appsBlocked", Json.texts(List.of()), Json.texts(List.of()));
  }

  @Test
  void keysOfOnesOwnAreComparedAsJson() {
    assertSatisfied("wallpaper", Json.of("blue"), Json.of("blue"));
    assertDrift("wallpaper", Json.of("blue"), Json.of("red"), Json.texts(List.of("blue")));
    assertSatisfied("nothing", Json.NULL, Json.NULL);
  }

  @Test
  void theStateFollowsTheOrderOfTheRule() {
    assertThat(Verdicts.state(1, null, true)).isEqualTo(ComplianceState.UNKNOWN);
    assertThat(Verdicts.state(2, 1L, true)).isEqualTo(ComplianceState.STALE);
    assertThat(Verdicts.state(2, 1L, false)).isEqualTo(ComplianceState.STALE);
    assertThat(Verdicts.state(2, 2L, true)).isEqualTo(ComplianceState.COMPLIANT);
    assertThat(Verdicts.state(2, 2L, false)).isEqualTo(ComplianceState.NON_COMPLIANT);
    assertThat(Verdicts.state(2, 3L, true)).isEqualTo(ComplianceState.COMPLIANT);
    assertThat(Verdicts.state(2, 3L, false)).isEqualTo(ComplianceState.NON_COMPLIANT);
  }

  private static void assertSatisfied(String key, Json desired, Json... actuals) {
    for (Json actual : actuals) {
      assertThat(driftOf(key, desired, actual)).as(actual.canonical()).isEmpty();
    }
  }

  private static void assertDrift(String key, Json desired, Json... actuals) {
    for (Json actual : actuals) {
      assertThat(driftOf(key, desired, actual))
          .as(actual.canonical())
          .containsExactly(new Drift(key, desired, new Observed.Value(actual)));
    }
  }

  private static List<Drift> driftOf(String key, Json desired, Json actual) {
    return Verdicts.drift(Json.obj(Map.of(key, desired)), Map.of(key, new Observed.Value(actual)));
  }
}
