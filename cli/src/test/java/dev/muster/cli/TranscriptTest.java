package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the fleet's commands print, to the letter: scripts read it. Each file of
/// `src/test/resources/transcripts` is one session; `-Dtranscripts.write=true` writes them anew.
class TranscriptTest extends FleetCliTest {

  private static final Path FOLDER = Path.of("src/test/resources/transcripts");

  @ParameterizedTest
  @ValueSource(strings = {"workflow", "refusals", "words", "failure", "list", "json"})
  void aSessionIsPrintedAsItWasWrittenDown(String name) throws IOException {
    ContractFleet.serveOn(fleet, 3);
    Path file = FOLDER.resolve(name + ".txt");
    String golden = Files.readString(file);

    String printed = replay(golden.lines().filter(line -> line.startsWith("$ ")).toList());

    if (Boolean.getBoolean("transcripts.write")) {
      Files.writeString(file, printed);
    }
    assertThat(printed).isEqualTo(golden);
  }

  private String replay(List<String> commands) {
    var all = new StringBuilder();
    for (String command : commands) {
      List<String> words = Words.of(command.substring("$ muster ".length()));
      Ran ran = onFleet(words.toArray(String[]::new));
      all.append(command).append('\n').append(ran.out());
      ran.err().lines().forEach(line -> all.append("stderr: ").append(line).append('\n'));
      if (ran.code() != 0) {
        all.append("exit code ").append(ran.code()).append('\n');
      }
      all.append('\n');
    }
    return all.toString();
  }
}
