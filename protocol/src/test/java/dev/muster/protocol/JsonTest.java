package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Property
  @Domain(Jsons.class)
  void valuesAreEqualExactlyWhenTheirCanonicalTextsAre(@ForAll Json one, @ForAll Json other) {
    assertThat(one.equals(other)).isEqualTo(one.canonical().equals(other.canonical()));
  }

  @Property
  @Domain(Jsons.class)
  void theCanonicalTextSurvivesUtf8(@ForAll Json value) {
    String text = value.canonical();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(text);
  }

  @Test
  void keysAreSortedInUtf16OrderAtEveryDepth() {
    Json inner = Json.obj(Map.of("b", Json.of(1), "a", Json.of(2)));
    Json value = Json.obj(Map.of("z", inner, "Z", Json.NULL, "é", Json.of(true)));
    assertThat(value.canonical()).isEqualTo("{\"Z\":null,\"z\":{\"a\":2,\"b\":1},\"é\":true}");
  }

  @Test
  void numbersArePlainAndWithoutTrailingZeros() {
    assertThat(number("1.0").canonical()).isEqualTo("1");
    assertThat(number("1e2").canonical()).isEqualTo("100");
    assertThat(number("-0.00").canonical()).isEqualTo("0");
    assertThat(number("1.50")).isEqualTo(number("1.5")).hasSameHashCodeAs(number("1.5"));
    assertThat(number("10")).isEqualTo(Json.of(10));
  }

  @Test
  void aHugeExponentDoesNotBecomeAHugeText() {
    assertThat(number("1e999999999").canonical()).isEqualTo("1E+999999999");
    assertThat(number("1e-999999999").canonical()).isEqualTo("1E-999999999");
  }

  @Test
  void onlyWhatMustBeEscapedIs() {
    assertThat(Json.of("\"\\/\n\u0000é😀").canonical()).isEqualTo("\"\\\"\\\\/\\u000a\\u0000é😀\"");
    assertThat(Json.of("\ud83d!").canonical()).isEqualTo("\"\\ud83d!\"");
    assertThat(Json.of("\ude00").canonical()).isEqualTo("\"\\ude00\"");
  }

  @Test
  void emptyArraysAndObjectsHaveTheirTexts() {
    assertThat(Json.texts(List.of()).canonical()).isEqualTo("[]");
    assertThat(Json.obj(Map.of()).canonical()).isEqualTo("{}");
    assertThat(Json.texts(List.of("b", "a")).canonical()).isEqualTo("[\"b\",\"a\"]");
  }

  @Test
  void aValueDoesNotChangeWithWhatItWasMadeOf() {
    List<Json> items = new ArrayList<>(List.of(Json.of(1)));
    Map<String, Json> fields = new HashMap<>(Map.of("a", Json.of(1)));
    Json.Arr arr = new Json.Arr(items);
    Json.Obj obj = new Json.Obj(fields);
    items.clear();
    fields.clear();
    assertThat(arr.items()).hasSize(1);
    assertThat(obj.fields()).hasSize(1);
    assertThatThrownBy(() -> arr.items().clear()).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> obj.fields().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  private static Json number(String text) {
    return new Json.Num(new BigDecimal(text));
  }
}
