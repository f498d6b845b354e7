package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompletionCommandTest extends CliTest {

  /// What bash offers for the last word of a line, by the script.
  private List<String> completions(String... words) throws IOException, InterruptedException {
    Path script = home.resolve("completion.bash");
    Files.writeString(script, run("completion").out());
    String line = String.join("' '", words);
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source %s; COMP_WORDS=('%s'); COMP_CWORD=%d; _complete_muster; printf '%%s\\n' \"${COMPREPLY[@]}\""
                    .formatted(script, line, words.length - 1))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String offered = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).isZero();
    return offered.lines().map(String::strip).toList();
  }

  @Test
  void bashCompletesTheCommands() throws Exception {
    assertThat(completions("muster", "poli")).containsExactly("policy");
    assertThat(completions("muster", "pro")).containsExactly("profiles");
    assertThat(completions("muster", "ser")).containsExactly("server");
  }

  @Test
  void bashCompletesCommandsBelowAndOptions() throws Exception {
    assertThat(completions("muster", "policy", "se")).contains("set");
    assertThat(completions("muster", "devices", "--out")).contains("--output");
  }
}
