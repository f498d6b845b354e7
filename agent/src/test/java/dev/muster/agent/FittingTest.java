package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FittingTest {
  private static int size(Json json) {
    return json.canonical().getBytes(StandardCharsets.UTF_8).length;
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "\"", "\u0001", "é", "€", "🙂"})
  void aTextIsCutWhereNoCharacterMoreFits(String character) {
    String text = character.repeat(Fitting.MOST);
    String kept = Fitting.beginning(text);
    assertThat(text).startsWith(kept);
    assertThat(size(Json.of(kept))).isLessThanOrEqualTo(Fitting.MOST);
    assertThat(size(Json.of(kept + character))).isGreaterThan(Fitting.MOST);
  }

  @Test
  void whatFitsIsKeptWhole() {
    String text = "x".repeat(Fitting.MOST - 2);
    assertThat(Fitting.beginning(text)).isEqualTo(text);
    assertThat(Fitting.beginning("")).isEmpty();
    assertThat(Fitting.newest(List.of("a", "b"))).containsExactly("a", "b");
    assertThat(Fitting.newest(List.of())).isEmpty();
  }

  @Test
  void theNewestLinesAreKept() {
    List<String> lines = IntStream.range(0, 400).mapToObj(i -> i + "\u0001".repeat(996)).toList();
    List<String> kept = Fitting.newest(lines);
    assertThat(lines).endsWith(kept.toArray(String[]::new));
    assertThat(size(Json.texts(kept))).isBetween(Fitting.MOST - 6000, Fitting.MOST + 1);
    assertThat(Fitting.newest(Collections.nCopies(3, "x".repeat(Fitting.MOST)))).isEmpty();
  }
}
