package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeadTest {
  private static final String HASH = "0123456789abcdef".repeat(4);

  @Test
  void aHeadThatWasWrittenDownIsRead() {
    assertThat(Head.parse("12:" + HASH)).contains(new Head(12, HASH));
    assertThat(Head.parse(" 12:" + HASH.toUpperCase(java.util.Locale.ROOT) + "\n"))
        .contains(new Head(12, HASH));
  }

  @Test
  void anythingElseIsNone() {
    for (String text :
        new String[] {
          "",
          ":",
          "12",
          "12:",
          ":" + HASH,
          "0:" + HASH,
          "-1:" + HASH,
          "12:" + HASH + "0",
          "x:" + HASH,
          "9999999999999999999:" + HASH
        }) {
      assertThat(Head.parse(text)).describedAs(text).isEmpty();
    }
  }
}
