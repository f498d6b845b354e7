package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.cli.client.Failure;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WordsTest {

  @Test
  void aLineIsTakenApartAsAShellDoesIt() {
    assertThat(Words.of("  get-info  till-1\t")).containsExactly("get-info", "till-1");
    assertThat(Words.of("register d --name \"Lobby 1\""))
        .containsExactly("register", "d", "--name", "Lobby 1");
    assertThat(Words.of("--params note=\"a = b\" x='$1 \\' \"\""))
        .containsExactly("--params", "note=a = b", "x=$1 \\", "");
    assertThat(Words.of("a\\ b \"say \\\"hi\\\"\"")).containsExactly("a b", "say \"hi\"");
    assertThat(Words.of("list # all of them")).containsExactly("list");
    assertThat(Words.of("a#b")).containsExactly("a#b");
    assertThat(Words.of("  # nothing")).isEmpty();
    assertThat(Words.of("end\\")).containsExactly("end\\");
  }

  @Test
  void aQuoteThatIsNotClosedIsWrongUsage() {
    assertThatThrownBy(() -> Words.of("register \"Lobby"))
        .isInstanceOf(Failure.Usage.class)
        .hasMessageContaining("not closed");
  }

  @Property
  void whatIsQuotedComesBack(@ForAll List<String> words) {
    String line =
        words.stream()
            .map(word -> "'" + word.replace("'", "'\"'\"'") + "'")
            .collect(Collectors.joining(" "));

    assertThat(Words.of(line)).isEqualTo(words);
  }
}
