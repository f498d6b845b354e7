package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest extends CliTest {

  @Test
  void everyCommandHasHelpWithAnExample() {
    for (String[] words : commands(Main.commands(shell()), List.of())) {
      var asked = new ArrayList<>(List.of(words));
      asked.add("--help");

      Ran ran = run(asked.toArray(String[]::new));

      assertThat(ran.code()).as(String.join(" ", words)).isZero();
      assertThat(ran.out())
          .as(String.join(" ", words))
          .contains("Example")
          .contains("  muster " + String.join(" ", words));
    }
  }

  private static List<String[]> commands(CommandLine line, List<String> path) {
    var all = new ArrayList<String[]>();
    line.getSubcommands()
        .forEach((name, command) -> {
          if (!name.equals(command.getCommandName())) {
            return; // another name of it
          }
          var words = new ArrayList<>(path);
          words.add(name);
          all.add(words.toArray(String[]::new));
          all.addAll(commands(command, words));
        });
    return all;
  }

  private Shell shell() {
    var nowhere = new PrintWriter(Writer.nullWriter());
    return new Shell(
        InputStream.nullInputStream(),
        nowhere,
        nowhere,
        Map.of(),
        home,
        home,
        Optional.empty(),
        InstantSource.fixed(NOW));
  }

  @Test
  void aMistypedCommandIsWrongUsageWithASuggestion() {
    Ran ran = run("polcy");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("Did you mean: muster policy");
    assertThat(run().code()).isEqualTo(2);
    assertThat(run("devices", "--outptu", "json").code()).isEqualTo(2);
  }

  @Test
  void theDemoDoesNotTakeOptionsThatItWouldIgnore() {
    assertThat(run("demo", "--server", "http://localhost").code()).isEqualTo(2);
  }

  @Test
  void theDemoRefusesNumbersThatMakeNoSense() {
    assertThat(run("demo", "--devices", "0").code()).isEqualTo(2);
    assertThat(run("demo", "--port", "70000").code()).isEqualTo(2);
  }

  @Test
  void aServerThatIsNotThereIsSaidInOneSentence() {
    String address = server.address().toString();
    server.close();

    Ran ran = run("devices", "--server", address);

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("Cannot reach the server at " + address).doesNotContain("\tat ");
  }

  @Test
  void anAddressThatIsNoneIsWrongUsage() {
    for (String address :
        List.of("localhost", "ftp://host", "http://", "http://a b", "http://h?x=1")) {
      assertThat(run("devices", "--server", address).code()).as(address).isEqualTo(2);
    }
  }

  @Test
  void anotherKindOfServerIsRecognised() {
    server.on("GET /api/compliance/summary/", 200, "<html>hello</html>");

    Ran ran = onServer("compliance");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("is it a Muster server?");
  }

  @Test
  void aBusyServerSaysWhenToTryAgain() {
    server.on(
        "GET /api/compliance/summary/", 503, "{\"detail\": \"Too busy.\"}", "Retry-After", "7");

    assertThat(onServer("compliance").err().lines())
        .containsExactly("Too busy.", "Try again in 7 s.");
  }

  @Test
  void evenAMistakeOfItsOwnIsASentence() throws IOException {
    Path file = home.resolve(".config/muster/credentials.json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{\"current\": \"not an address\"}");

    Ran ran = run("devices");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("please report it").hasLineCount(1);
  }

  @Test
  void theVersionIsShown() {
    assertThat(run("--version").out()).startsWith("muster ");
  }
}
