package dev.muster.server.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PostgresLogTest {
  @TempDir private Path folder;

  @Test
  void aLogThatIsTooLongBeginsAnewUnderTheHandsOfItsWriter() throws IOException {
    PostgresLog log = new PostgresLog(folder.resolve("postgres.log"));
    try (OutputStream writer =
        Files.newOutputStream(log.path(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      writer.write("0123456789".getBytes(UTF_8));
      log.bound(10);
      assertThat(log.older()).doesNotExist();
      writer.write("a".getBytes(UTF_8));
      log.bound(10);
      assertThat(log.path()).isEmptyFile();
      assertThat(log.older()).hasContent("0123456789a");
      writer.write("next".getBytes(UTF_8));
      assertThat(log.path()).hasContent("next");
    }
  }

  @Test
  void aLogThatIsNotThereYetIsNoMistake() throws IOException {
    new PostgresLog(folder.resolve("none")).bound(1);
  }
}
