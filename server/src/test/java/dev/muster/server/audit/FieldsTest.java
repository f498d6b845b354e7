package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.protocol.Payloads;
import dev.muster.server.platform.JsonText;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class FieldsTest {
  private static String of(String before, String after) {
    Fields fields = Fields.of(JsonText.parseObject(before), JsonText.parseObject(after));
    return fields.before().canonical() + " " + fields.after().canonical();
  }

  @Test
  void onlyWhatDiffersIsKept() {
    assertThat(of("{\"a\": 1, \"b\": 2}", "{\"a\": 1.0, \"b\": 3, \"c\": 4}"))
        .isEqualTo("{\"b\":2} {\"b\":3,\"c\":4}");
    assertThat(of("{\"a\": {\"x\": 1, \"y\": 2}}", "{\"a\": {\"x\": 1, \"y\": 3}}"))
        .isEqualTo("{\"a\":{\"y\":2}} {\"a\":{\"y\":3}}");
    assertThat(of("{\"a\": {\"x\": 1}}", "{\"a\": {\"x\": 1}}")).isEqualTo("{} {}");
    assertThat(of("{\"a\": [1, 2]}", "{\"a\": [2, 1]}")).isEqualTo("{\"a\":[1,2]} {\"a\":[2,1]}");
    assertThat(of("{\"a\": null}", "{}")).isEqualTo("{\"a\":null} {}");
  }

  @Test
  void whatIsNamedLikeASecretIsMaskedAndSeenToHaveChanged() {
    String mask = "\"" + Payloads.MASK + "\"";
    assertThat(of("{\"password\": \"old\"}", "{\"password\": \"new\"}"))
        .isEqualTo("{\"password\":" + mask + "} {\"password\":" + mask + "}");
    for (String name :
        new String[] {
          "password_hash",
          "deviceToken",
          "commandSecret",
          "PSK",
          "wifi-passphrase",
          "token",
          "Secret"
        }) {
      assertThat(of("{}", "{\"" + name + "\": \"s3cret\"}")).doesNotContain("s3cret");
      assertThat(of("{}", "{\"" + name + "\": [\"s3cret\"]}")).doesNotContain("s3cret");
      assertThat(of("{}", "{\"" + name + "\": {\"x\": \"s3cret\"}}")).doesNotContain("s3cret");
      assertThat(of("{}", "{\"networks\": [{\"" + name + "\": \"s3cret\"}]}"))
          .doesNotContain("s3cret");
    }
  }

  @Test
  void whatOnlySpeaksOfSecretsIsShown() {
    String settings =
        "{\"passwordComplexity\":\"HIGH\",\"passwordMinLength\":6,\"password\":true,\"token\":5,"
            + "\"token_id\":\"x\",\"tokens\":3}";
    assertThat(of("{}", settings)).isEqualTo("{} " + JsonText.parseObject(settings).canonical());
  }

  @Test
  void whatIsTooLargeIsNamedBySizeAndHash() {
    Json.Obj large =
        Json.obj(
            Map.of(
                "version", Json.of(2),
                "name", Json.of("n"),
                "payload", Json.obj(Map.of("text", Json.of("x".repeat(70_000))))));
    Json.Obj after = Fields.of(Json.obj(Map.of()), large).after();

    assertThat(after.canonical()).hasSizeLessThan(300).contains("\"name\":\"n\"", "\"version\":2");
    assertThat(after.fields().get("payload"))
        .isEqualTo(
            Json.obj(
                Map.of(
                    "characters", Json.of(70_011),
                    "sha256",
                        Json.of(
                            JsonText.hash(
                                Json.obj(Map.of("text", Json.of("x".repeat(70_000)))))))));
  }

  @Test
  void manyFieldsAreTooLargeAsWell() {
    var fields = new java.util.TreeMap<String, Json>();
    for (int i = 0; i < 10_000; i++) {
      fields.put("field" + i, Json.of("value"));
    }

    assertThat(Fields.of(Json.obj(Map.of()), Json.obj(fields)).after().fields().keySet())
        .containsExactly("characters", "sha256");
  }

  @Property(tries = 200)
  void noTextUnderASecretNameComesThrough(
      @ForAll @AlphaChars @StringLength(min = 12, max = 20) String value, @ForAll boolean nested) {
    Json.Obj secret =
        JsonText.parseObject(
            "{\"api_secret\": \"" + value + "\", \"x\": {\"token\": [\"" + value + "\"]}}");
    Json.Obj fields =
        nested ? Json.obj(Map.of("list", new Json.Arr(java.util.List.of(secret)))) : secret;
    Fields masked = Fields.of(fields, JsonText.parseObject("{}"));
    assertThat(masked.before().canonical()).doesNotContain(value);
  }
}
