package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Setting.Satisfied;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  @Test
  void everySettingIsFoundByItsKeyAndSpeaksOfItself() {
    assertThat(Catalogue.all()).hasSize(19);
    for (Setting setting : Catalogue.all()) {
      assertThat(Catalogue.find(setting.key())).contains(setting);
      assertThat(setting.summary()).endsWith(".");
    }
    assertThat(Catalogue.find("cameradisabled")).isEmpty();
  }

  @Test
  void aSettingAppliesToItsPlatformsAndToDevicesOfUnknownPlatform() {
    assertThat(platformsOf("screenCaptureDisabled")).doesNotContain(Platform.LINUX);
    assertThat(platformsOf("usbFileTransferDisabled")).doesNotContain(Platform.IOS);
    for (Setting setting : Catalogue.all()) {
      assertThat(setting.appliesTo(Platform.OTHER)).isTrue();
      assertThat(setting.platforms()).contains(Platform.OTHER).hasSizeGreaterThanOrEqualTo(4);
    }
  }

  private static Set<Platform> platformsOf(String key) {
    Setting setting = setting(key);
    return EnumSet.allOf(Platform.class).stream()
        .filter(setting::appliesTo)
        .collect(Collectors.toSet());
  }

  @Test
  void aFlagIsTrueOrFalse() {
    assertAccepts("cameraDisabled", Json.of(true), Json.of(false));
    assertRefuses(
        "cameraDisabled", "must be true or false", Json.of("true"), Json.of(1), Json.NULL);
  }

  @Test
  void aWholeNumberStaysInItsRange() {
    assertAccepts(
        "passwordMinLength", Json.of(0), Json.of(64), new Json.Num(new BigDecimal("8.0")));
    assertRefuses(
        "passwordMinLength",
        "must be a whole number from 0 to 64",
        Json.of(-1),
        Json.of(65),
        Json.of("8"),
        new Json.Num(new BigDecimal("8.5")),
        new Json.Num(new BigDecimal("1e999999999")));
    assertAccepts("screenLockSeconds", Json.of(5), Json.of(86_400), Json.of(100));
    assertRefuses("screenLockSeconds", "from 5 to 86400", Json.of(4), Json.of(0), Json.of(86_401));
  }

  @Test
  void aVersionIsNumbersWithDotsBetween() {
    assertAccepts("minOsVersion", Json.of("14"), Json.of("10.0.19045"), Json.of("1.2.3.4.5.6.7.8"));
    assertRefuses(
        "minOsVersion",
        "must be a version",
        Json.of(""),
        Json.of("14."),
        Json.of("6.8.0-45-generic"),
        Json.of("1234567890"),
        Json.of("1.2.3.4.5.6.7.8.9"),
        Json.of(14));
  }

  @Test
  void packagesAreASetOfNames() {
    assertAccepts(
        "appsRequired", Json.texts(List.of()), Json.texts(List.of("org.one", "g++", "libssl3")));
    assertRefuses("appsRequired", "twice", Json.texts(List.of("org.one", "org.one")));
    assertRefuses(
        "appsBlocked",
        "package name",
        Json.of("org.one"),
        Json.texts(List.of("")),
        Json.texts(List.of("a b")),
        Json.texts(List.of("a\u0000")),
        Json.texts(List.of(".hidden")),
        new Json.Arr(List.of(Json.of(1))));
    assertRefuses("appsBlocked", "at most 500", packages(501));
    assertAccepts("appsBlocked", packages(500));
  }

  @Test
  void aSettingWithoutSenseCannotBeDeclared() {
    SettingType flag = new SettingType.Flag();
    assertThatThrownBy(() -> new Setting("x", flag, Set.of(), false, Satisfied.CONTAINS, "?"))
        .hasMessageContaining("cannot be compared");
    assertThatThrownBy(() -> new Setting("x", flag, Set.of(), true, Satisfied.AT_LEAST, "?"))
        .hasMessageContaining("is secret");
    assertThatThrownBy(() -> new Setting("No Key", flag, Set.of(), false, Satisfied.EXACT, "?"))
        .hasMessageContaining("No Key");
  }

  private static Json packages(int count) {
    return Json.texts(IntStream.range(0, count).mapToObj(i -> "p" + i).toList());
  }

  private static void assertAccepts(String key, Json... values) {
    for (Json value : values) {
      assertThat(setting(key).type().problems(key, value)).as(value.canonical()).isEmpty();
    }
  }

  private static void assertRefuses(String key, String message, Json... values) {
    for (Json value : values) {
      assertThat(setting(key).type().problems(key, value))
          .as(value.toString())
          .anySatisfy(problem -> assertThat(problem.message()).contains(message));
    }
  }

  private static Setting setting(String key) {
    return Catalogue.find(key).orElseThrow();
  }
}
