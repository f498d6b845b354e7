package dev.muster.server.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The CSV of an archive is cut between rows, and nowhere else.
class ArchiveFileTest {
  private static List<String> parts(String csv, int rows) throws IOException {
    List<String> parts = new ArrayList<>();
    try (ArchiveFile.Parts cut =
        new ArchiveFile.Parts(
            new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)), rows)) {
      while (cut.next()) {
        parts.add(new String(cut.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return parts;
  }

  @Test
  void aPartHasWholeRowsAlsoWithLineBreaksInThem() throws IOException {
    String csv = "a,b\n1,2\n\"x\n\"\"\ny\",3\n4,5\n";

    assertThat(parts(csv, 1)).containsExactly("1,2\n", "\"x\n\"\"\ny\",3\n", "4,5\n");
    assertThat(parts(csv, 2)).containsExactly("1,2\n\"x\n\"\"\ny\",3\n", "4,5\n");
    assertThat(parts(csv, 3)).hasSize(1);
    assertThat(parts("a,b\n", 3)).as("no rows").isEmpty();
    assertThat(parts("", 3)).isEmpty();
  }

  @Test
  void nothingIsLostBetweenPartsThatAreLargerThanWhatIsReadAtOnce() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      rows.append(i).append(",\"{\"\"k\"\": \"\"line\nbreak\"\"}\"\n");
    }

    List<String> parts = parts("a,b\n" + rows, 7_000);

    assertThat(parts).hasSize(5);
    assertThat(String.join("", parts)).isEqualTo(rows.toString());
  }
}
