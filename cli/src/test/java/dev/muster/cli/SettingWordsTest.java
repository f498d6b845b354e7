package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.SettingWords.Word;
import dev.muster.cli.client.Failure;
import dev.muster.protocol.Catalogue;
import dev.muster.protocol.Json;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SettingWordsTest {

  private static JsonNode typed(String key, String text) {
    return SettingWords.typed(Catalogue.find(key).orElseThrow(), text);
  }

  @Test
  void theCatalogueSaysWhatTheWordsMean() {
    assertThat(typed("cameraDisabled", "On")).isEqualTo(CliTest.parse("true"));
    assertThat(typed("passwordMinLength", "8")).isEqualTo(CliTest.parse("8"));
    assertThat(typed("minOsVersion", "14.0")).isEqualTo(CliTest.parse("\"14.0\""));
    assertThat(typed("appsRequired", "com.a, com.b"))
        .isEqualTo(CliTest.parse("[\"com.a\",\"com.b\"]"));
    assertThat(typed("appsRequired", "[\"com.a\"]")).isEqualTo(CliTest.parse("[\"com.a\"]"));
    assertThat(typed("appsRequired", "")).isEqualTo(CliTest.parse("[]"));
    assertThat(typed("passwordComplexity", "high")).isEqualTo(CliTest.parse("\"high\""));
    assertThat(typed("kioskApp", "com.example.pos"))
        .isEqualTo(CliTest.parse("\"com.example.pos\""));
    assertThat(typed("kioskApp", "null").isNull()).isTrue();
    assertThat(typed("osUpdateWindow", "{\"start\": \"22:00\", \"end\": \"04:00\"}"))
        .isEqualTo(CliTest.parse("{\"start\": \"22:00\", \"end\": \"04:00\"}"));
  }

  @Test
  void whatIsWrongInAValueWithPartsIsNamedByItsPlace() {
    assertThatThrownBy(() -> typed("osUpdateWindow", "{\"start\": \"22\", \"end\": \"04:00\"}"))
        .isInstanceOf(Failure.Usage.class)
        .hasMessageStartingWith("osUpdateWindow.start must be a time");
  }

  @Test
  void aSecretValueIsNeverRepeated() {
    for (String text :
        List.of(
            "hunter2hunter2",
            "[\"hunter2hunter2\"]",
            "[{\"ssid\": \"hunter2hunter2\", \"security\": \"hunter2hunter2\"}]")) {
      assertThatThrownBy(() -> typed("wifiNetworks", text))
          .isInstanceOf(Failure.Usage.class)
          .hasMessageStartingWith("wifiNetworks")
          .hasMessageNotContaining("hunter2");
    }
  }

  @Test
  void aValueOfTheWrongKindIsRefusedWithWhatWouldDo() {
    record Wrong(String key, String text) {}
    for (var wrong :
        List.of(
            new Wrong("cameraDisabled", "1"),
            new Wrong("passwordMinLength", "65"),
            new Wrong("passwordMinLength", "eight"),
            new Wrong("passwordMinLength", "1e999999999"),
            new Wrong("minOsVersion", "Tahoe"),
            new Wrong("appsBlocked", "com.a,com.a"),
            new Wrong("appsBlocked", "[1]"))) {
      assertThatThrownBy(() -> typed(wrong.key(), wrong.text()))
          .isInstanceOf(Failure.Usage.class)
          .hasMessageStartingWith(wrong.key())
          .hasMessageEndingWith("not «" + wrong.text() + "».");
    }
  }

  @Test
  void freeValuesAreJsonOrElseText() {
    assertThat(SettingWords.free("{\"a\": [1.5, null]}").toString())
        .isEqualTo("{\"a\":[1.5,null]}");
    assertThat(SettingWords.free("hello")).isEqualTo(CliTest.parse("\"hello\""));
    assertThat(SettingWords.free("1 2")).isEqualTo(CliTest.parse("\"1 2\""));
    assertThat(SettingWords.free("")).isEqualTo(CliTest.parse("\"\""));
  }

  @Test
  void theClosestSettingIsSuggestedWhenOneIsClose() {
    assertThat(SettingWords.unknown("CAMERADISABLE")).hasMessageContaining("mean cameraDisabled?");
    assertThat(SettingWords.unknown("minOSversion")).hasMessageContaining("mean minOsVersion?");
    assertThat(SettingWords.unknown("colour"))
        .hasMessageNotContaining("Did you mean")
        .hasMessageContaining("Settings: cameraDisabled, ");
  }

  @Test
  void aValueKeepsItsEqualsSigns() {
    assertThat(Word.of("a=b=c")).isEqualTo(new Word("a", "b=c"));
    assertThatThrownBy(() -> Word.of("=x")).isInstanceOf(Failure.Usage.class);
  }

  @Property
  void anyTextIsSomeFreeValueOfTheProtocol(@ForAll String text) {
    Json value = SettingWords.toProtocol(SettingWords.free(text));

    assertThat(value.canonical()).isNotEmpty();
  }
}
