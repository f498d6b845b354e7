package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RestoreCommandTest {
  @TempDir Path folder;

  private record Ran(int code, String err) {}

  private static Ran run(String... args) {
    PrintStream before = System.err;
    var said = new ByteArrayOutputStream();
    try (var err = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      System.setErr(err);
      int code = new CommandLine(new RestoreCommand()).execute(args);
      return new Ran(code, said.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  @Test
  void whatCannotBeReadIsSaidInWords() throws IOException {
    Path key = Files.writeString(folder.resolve("key"), "too short");
    String data = folder.resolve("data").toString();
    Path missing = folder.resolve("none");

    Ran noFile = run(missing.toString(), "--data", data);
    Ran noKeyFile =
        run(missing.toString(), "--data", data, "--master-key-file", missing.toString());
    Ran badKey = run(missing.toString(), "--data", data, "--master-key-file", key.toString());
    Ran noArgument = run();

    assertThat(noFile.code()).isEqualTo(1);
    assertThat(noFile.err()).contains("Nothing was restored. There is no file " + missing);
    assertThat(noKeyFile.err()).contains(missing + " cannot be read");
    assertThat(badKey.err())
        .contains("must hold a master key: 32 bytes in base64url")
        .doesNotContain("too short");
    assertThat(noArgument.code()).isEqualTo(2);
    assertThat(folder.resolve("data")).doesNotExist();
  }
}
