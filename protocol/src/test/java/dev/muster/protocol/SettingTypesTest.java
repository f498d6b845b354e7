package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.api.Test;

/// The types whose values have parts.
@Domain(Jsons.class)
@Domain(DomainContext.Global.class)
class SettingTypesTest {
  private static Json network(String... fields) {
    return object(fields);
  }

  /// Alternating names and values; `true` and `false` are no texts.
  private static Json.Obj object(String... fields) {
    Map<String, Json> result = new TreeMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      String value = fields[i + 1];
      result.put(
          fields[i],
          value.equals("true") || value.equals("false")
              ? Json.of(Boolean.parseBoolean(value))
              : Json.of(value));
    }
    return new Json.Obj(result);
  }

  private static Json list(Json... items) {
    return new Json.Arr(Arrays.asList(items));
  }

  private static List<SettingProblem> problems(String key, Json value) {
    return Catalogue.find(key).orElseThrow().type().problems(key, value);
  }

  private static void assertFine(String key, Json... values) {
    for (Json value : values) {
      assertThat(problems(key, value)).as(value.canonical()).isEmpty();
    }
  }

  private static void assertWrong(String key, Json value, String at, String message) {
    assertThat(problems(key, value))
        .as(value.canonical())
        .anySatisfy(problem -> {
          assertThat(problem.key()).isEqualTo(at);
          assertThat(problem.message()).contains(message);
        });
  }

  @Test
  void aNetworkHasANameAndAKindAndAPasswordUnlessItIsOpen() {
    assertFine(
        "wifiNetworks",
        list(),
        list(network("ssid", "guests", "security", "open")),
        list(
            network("ssid", "a", "security", "wpa2", "password", "12345678"),
            network("ssid", "b", "security", "wpa3", "password", "x".repeat(63), "hidden", "true"),
            network("ssid", "ü".repeat(16), "security", "wpa2_wpa3", "password", "aF".repeat(32))));
  }

  @Test
  void whatIsWrongWithANetworkIsNamedByItsPlace() {
    Json good = network("ssid", "a", "security", "wpa2", "password", "12345678");
    assertWrong("wifiNetworks", Json.of("office"), "wifiNetworks", "must be a list of networks");
    assertWrong("wifiNetworks", list(Json.of(1)), "wifiNetworks[0]", "must be an object");
    assertWrong("wifiNetworks", list(good, good), "wifiNetworks[1].ssid", "twice");
    for (String ssid :
        List.of("", "x".repeat(33), "ü".repeat(17), "a\u0000", "a\u0007", "\ud83d")) {
      Json named = network("ssid", ssid, "security", "open");
      assertWrong("wifiNetworks", list(good, named), "wifiNetworks[1].ssid", "1 to 32 bytes");
    }
    for (String password :
        List.of("1234567", "x".repeat(64), "x".repeat(65), "pässword", "a\nb45678")) {
      Json locked = network("ssid", "b", "security", "wpa2", "password", password);
      assertWrong("wifiNetworks", list(locked), "wifiNetworks[0].password", "8 to 63 printable");
    }
    assertWrong(
        "wifiNetworks",
        list(network("ssid", "b", "security", "wep", "password", "12345")),
        "wifiNetworks[0].security",
        "must be one of open, wpa2, wpa2_wpa3, wpa3");
    assertWrong(
        "wifiNetworks", list(network("ssid", "b")), "wifiNetworks[0].security", "is missing");
    assertWrong(
        "wifiNetworks", list(network("security", "open")), "wifiNetworks[0].ssid", "is missing");
    assertWrong(
        "wifiNetworks",
        list(network("ssid", "b", "security", "wpa2")),
        "wifiNetworks[0].password",
        "is missing");
    assertWrong(
        "wifiNetworks",
        list(network("ssid", "b", "security", "open", "password", "12345678")),
        "wifiNetworks[0].password",
        "must be left out");
    assertWrong(
        "wifiNetworks",
        list(network("ssid", "b", "security", "open", "hidden", "yes")),
        "wifiNetworks[0].hidden",
        "must be true or false");
    assertWrong(
        "wifiNetworks",
        list(network("ssid", "b", "security", "open", "pasword", "x")),
        "wifiNetworks[0]",
        "not known; there are ssid, security, password, hidden");
    assertWrong(
        "wifiNetworks",
        new Json.Arr(java.util.Collections.nCopies(51, good)),
        "wifiNetworks",
        "at most 50");
  }

  @Test
  void anUpdateWindowHasTwoTimesAndMayPassMidnight() {
    assertFine(
        "osUpdateWindow",
        object("start", "01:00", "end", "05:30"),
        object("start", "22:00", "end", "04:00"),
        window("00:00", "23:59", "sat", "sun"));
    assertWrong("osUpdateWindow", Json.of("22:00"), "osUpdateWindow", "must be an object");
    assertWrong(
        "osUpdateWindow", object("start", "1:00"), "osUpdateWindow.start", "00:00 to 23:59");
    assertWrong("osUpdateWindow", object("start", "01:00"), "osUpdateWindow.end", "is missing");
    assertWrong(
        "osUpdateWindow",
        object("start", "01:00", "end", "24:00"),
        "osUpdateWindow.end",
        "00:00 to 23:59");
    assertWrong(
        "osUpdateWindow",
        object("start", "01:00", "end", "01:00"),
        "osUpdateWindow.end",
        "must differ");
    assertWrong("osUpdateWindow", window("01:00", "02:00"), "osUpdateWindow.days", "at least one");
    assertWrong(
        "osUpdateWindow", window("01:00", "02:00", "Mon"), "osUpdateWindow.days[0]", "one of mon");
    assertWrong(
        "osUpdateWindow",
        window("01:00", "02:00", "mon", "mon"),
        "osUpdateWindow.days[1]",
        "twice");
    assertWrong(
        "osUpdateWindow",
        object("start", "01:00", "end", "02:00", "zone", "UTC"),
        "osUpdateWindow",
        "not known");
  }

  private static Json window(String start, String end, String... days) {
    Map<String, Json> fields = new TreeMap<>(object("start", start, "end", end).fields());
    fields.put("days", Json.texts(Arrays.asList(days)));
    return new Json.Obj(fields);
  }

  @Test
  void theOrderOfDaysAndADayOfEachKindChangeNothing() {
    Setting setting = Catalogue.find("osUpdateWindow").orElseThrow();
    assertThat(
            setting.satisfiedBy(
                window("01:00", "02:00", "sun", "mon"), window("01:00", "02:00", "mon", "sun")))
        .isTrue();
    assertThat(
            setting.satisfiedBy(
                object("start", "01:00", "end", "02:00"),
                window("01:00", "02:00", "mon", "tue", "wed", "thu", "fri", "sat", "sun")))
        .isTrue();
    assertThat(
            setting.satisfiedBy(
                object("start", "01:00", "end", "02:00"), window("01:00", "02:00", "mon")))
        .isFalse();
  }

  @Test
  void aMonitoredAppIsAPackageThatIsRelaunchedOnlyIfSaidSo() {
    Setting setting = Catalogue.find("monitoredApp").orElseThrow();
    assertFine(
        "monitoredApp",
        object("package", "org.pos"),
        object("package", "org.pos", "autoRelaunch", "true"));
    assertWrong("monitoredApp", Json.of("org.pos"), "monitoredApp", "must be an object");
    assertWrong("monitoredApp", object(), "monitoredApp.package", "is missing");
    assertWrong("monitoredApp", object("package", "a b"), "monitoredApp.package", "package name");
    assertWrong(
        "monitoredApp",
        object("package", "a", "autoRelaunch", "yes"),
        "monitoredApp.autoRelaunch",
        "true or false");
    Json silent = object("package", "org.pos");
    assertThat(setting.satisfiedBy(silent, object("package", "org.pos", "autoRelaunch", "false")))
        .isTrue();
    assertThat(setting.satisfiedBy(silent, object("package", "org.pos", "autoRelaunch", "true")))
        .isFalse();
  }

  @Test
  void aKioskAppIsAPackageOrNone() {
    assertFine("kioskApp", Json.NULL, Json.of("org.pos"));
    assertWrong("kioskApp", Json.of(""), "kioskApp", "or null for none");
    assertWrong("kioskApp", Json.of(false), "kioskApp", "or null for none");
  }

  @Test
  void wordsOfAScaleAreInItsOrder() {
    Setting complexity = Catalogue.find("passwordComplexity").orElseThrow();
    assertThat(complexity.satisfiedBy(Json.of("medium"), Json.of("high"))).isTrue();
    assertThat(complexity.satisfiedBy(Json.of("medium"), Json.of("medium"))).isTrue();
    assertThat(complexity.satisfiedBy(Json.of("medium"), Json.of("low"))).isFalse();
    assertThat(complexity.satisfiedBy(Json.of("none"), Json.of("very high"))).isFalse();
    assertWrong("passwordComplexity", Json.of("High"), "passwordComplexity", "none, low, medium");
    Setting location = Catalogue.find("locationMode").orElseThrow();
    assertThat(location.satisfiedBy(Json.of("device_only"), Json.of("high_accuracy"))).isFalse();
  }

  @Test
  void encryptionThatNobodyAskedForIsNoDrift() {
    Setting encryption = Catalogue.find("encryptionRequired").orElseThrow();
    assertThat(encryption.satisfiedBy(Json.of(false), Json.of(true))).isTrue();
    assertThat(encryption.satisfiedBy(Json.of(true), Json.of(false))).isFalse();
    assertThat(encryption.satisfiedBy(Json.of(true), Json.of("true"))).isFalse();
  }

  @Test
  void aDeviceMayAllowLessThanItIsAllowedButNothingElse() {
    Setting allowed = Catalogue.find("appsAllowed").orElseThrow();
    Json desired = Json.texts(List.of("a", "b"));
    assertThat(allowed.satisfiedBy(desired, Json.texts(List.of("b", "a")))).isTrue();
    assertThat(allowed.satisfiedBy(desired, Json.texts(List.of("a")))).isTrue();
    assertThat(allowed.satisfiedBy(desired, Json.texts(List.of("a", "c")))).isFalse();
    assertThat(allowed.satisfiedBy(desired, Json.NULL)).as("a device without a list").isFalse();
  }

  @Property
  void noMessageRepeatsTheValue(@ForAll("texts") String text, @ForAll Json value) {
    for (Setting setting : Catalogue.all()) {
      for (Json wrong :
          List.of(
              value,
              Json.of(text),
              list(Json.of(text), Json.of(text)),
              list(object("ssid", text, "security", text, "password", text, text, text)),
              object("package", text, "start", text, "end", text, "days", text, text, text))) {
        assertThat(setting.type().problems(setting.key(), wrong).toString()).doesNotContain(text);
      }
    }
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars("QXZ#\"\\€")
        .ofMinLength(6)
        .ofMaxLength(40)
        .filter(text -> text.chars().distinct().count() > 3);
  }

  @Property
  void theNormalFormIsItsOwnAndMeansTheSame(@ForAll Json value) {
    for (Setting setting : Catalogue.all()) {
      Json normal = setting.type().normal(value);
      assertThat(setting.type().normal(normal)).isEqualTo(normal);
    }
  }
}
