package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContradictionsTest {
  private static Json apps(String... names) {
    return Json.texts(List.of(names));
  }

  private static void assertContradiction(Map<String, Json> payload, String at, String message) {
    assertThat(Payloads.problems(Json.obj(payload), false))
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.key()).isEqualTo(at);
          assertThat(problem.message()).contains(message);
        });
  }

  @Test
  void anAppIsNotBlockedAndRequiredOrAllowed() {
    assertContradiction(
        Map.of("appsRequired", apps("a", "b"), "appsBlocked", apps("b")),
        "appsRequired[1]",
        "is in appsBlocked too");
    assertContradiction(
        Map.of("appsAllowed", apps("b"), "appsBlocked", apps("b")),
        "appsAllowed[0]",
        "is in appsBlocked too");
  }

  @Test
  void whatMustRunMustBeAllowedWhereAListSaysWhatMay() {
    assertContradiction(
        Map.of("appsRequired", apps("a"), "appsAllowed", apps("b")),
        "appsRequired[0]",
        "is not in appsAllowed");
    assertContradiction(
        Map.of("kioskApp", Json.of("a"), "appsAllowed", apps()), "kioskApp", "not in appsAllowed");
    assertContradiction(
        Map.of("kioskApp", Json.of("a"), "appsBlocked", apps("a")), "kioskApp", "in appsBlocked");
    assertContradiction(
        Map.of("monitoredApp", Json.obj(Map.of("package", Json.of("a"))), "appsBlocked", apps("a")),
        "monitoredApp.package",
        "in appsBlocked");
  }

  @Test
  void whatAgreesIsFineAndNoKioskMeetsNothing() {
    assertThat(
            Payloads.problems(
                Json.obj(
                    Map.of(
                        "appsRequired", apps("a"),
                        "appsAllowed", apps("a", "b"),
                        "appsBlocked", apps("c"),
                        "kioskApp", Json.of("b"),
                        "monitoredApp", Json.obj(Map.of("package", Json.of("a"))))),
                false))
        .isEmpty();
    assertThat(
            Payloads.problems(
                Json.obj(Map.of("kioskApp", Json.NULL, "appsAllowed", apps())), false))
        .isEmpty();
  }

  @Test
  void aContradictionIsLookedForWhenEachSettingIsRightAlone() {
    assertThat(
            Payloads.problems(
                Json.obj(Map.of("appsRequired", apps("a", "a"), "appsBlocked", apps("a"))), false))
        .extracting(SettingProblem::key)
        .containsExactly("appsRequired[1]");
  }
}
