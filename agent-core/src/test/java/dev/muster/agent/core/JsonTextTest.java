package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
  @Property
  void whatWasWrittenIsReadAsTheSame(@ForAll("values") Json value) throws IOException {
    assertThat(JsonText.read(value.canonical())).isEqualTo(value);
  }

  @Provide
  Arbitrary<Json> values() {
    Arbitrary<Json> leaves =
        Arbitraries.oneOf(
            Arbitraries.of(Json.NULL, Json.of(true), Json.of(false)),
            Arbitraries.strings().ofMaxLength(5).map(Json::of),
            Arbitraries.bigDecimals().map(Json.Num::new),
            Arbitraries.integers()
                .between(-300, 300)
                .map(e -> new Json.Num(new BigDecimal("7e" + e))));
    Arbitrary<Json> arrays = leaves.list().ofMaxSize(4).map(Json.Arr::new);
    return Arbitraries.maps(Arbitraries.strings().ofMaxLength(3), Arbitraries.oneOf(leaves, arrays))
        .ofMaxSize(4)
        .map(Json.Obj::new);
  }

  @Test
  void everyKindOfValueIsRead() throws IOException {
    assertThat(JsonText.read(" {\"a\": [1, 2.50, \"x\", null, true, {}]} "))
        .isEqualTo(
            Json.obj(
                Map.of(
                    "a",
                    new Json.Arr(
                        List.of(
                            Json.of(1),
                            new Json.Num(new BigDecimal("2.5")),
                            Json.of("x"),
                            Json.NULL,
                            Json.of(true),
                            Json.obj(Map.of()))))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1",
        "{\"a\"",
        "{\"a\":}",
        "1 2",
        "nope",
        "<html>",
        "[1}",
        "{\"a\":1"
      })
  void whatIsNotJsonIsRefused(String text) {
    assertThatThrownBy(() -> JsonText.read(text)).isInstanceOf(IOException.class);
  }

  @Test
  void aTextThatNestsTooDeepIsRefused() {
    assertThatThrownBy(() -> JsonText.read("[".repeat(100_000))).isInstanceOf(IOException.class);
  }

  @Test
  void whatIsWrongIsToldByItsPlaceAndNotRepeated() {
    for (String text :
        List.of(
            "{\"a\":\n hunter2hunter2}", "[1] hunter2hunter2", "[hunter2hunter2", "[\"hunter2")) {
      assertThatThrownBy(() -> JsonText.read(text))
          .hasMessageStartingWith("Not valid JSON (line ")
          .hasMessageNotContaining("hunter2")
          .hasNoCause();
    }
  }

  @Test
  void anObjectIsToldFromOtherValues() throws IOException {
    assertThat(JsonText.readObject("{}").fields()).isEmpty();
    assertThatThrownBy(() -> JsonText.readObject("[]")).hasMessage("Not a JSON object");
  }
}
