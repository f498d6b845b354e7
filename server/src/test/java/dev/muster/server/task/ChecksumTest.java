package dev.muster.server.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.JsonText;
import org.junit.jupiter.api.Test;

/// Expected texts are what `json.dumps(json.loads(text), sort_keys=True)` of Python 3.11 writes.
class ChecksumTest {
  private static String written(String json) {
    StringBuilder text = new StringBuilder();
    Checksum.write(JsonText.parse(json), text);
    return text.toString();
  }

  @Test
  void numbersAreWrittenAsPythonWritesThem() {
    assertThat(written("[0.00001, 0.0001, 0.1, -2.5, 123456789012345.5, 2.5e-7]"))
        .isEqualTo("[1e-05, 0.0001, 0.1, -2.5, 123456789012345.5, 2.5e-07]");
    assertThat(written("[7, 12345678901234567890123]")).isEqualTo("[7, 12345678901234567890123]");
  }

  @Test
  void keysAreInTheOrderOfTheirCodePoints() {
    assertThat(written("{\"\ud83d\ude00\": 1, \"\uff01\": \"\u00e9\"}"))
        .isEqualTo("{\"\\uff01\": \"\\u00e9\", \"\\ud83d\\ude00\": 1}");
  }

  @Test
  void nothingIsWrittenAsPythonWritesIt() {
    assertThat(written("[[], {}, null, true]")).isEqualTo("[[], {}, null, true]");
  }
}
