package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// What is written is read back, and nothing else is.
class BackupTest {
  private static final Json.Obj MANIFEST = new Json.Obj(Map.of("schema", Json.of("050")));

  private static byte[] written(Map<String, List<String>> tables) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      BackupWriter writer = new BackupWriter(out, MANIFEST);
      for (Map.Entry<String, List<String>> table : tables.entrySet()) {
        writer.table(table.getKey(), List.of("id", "body"));
        for (String row : table.getValue()) {
          writer.row((row + "\n").getBytes(StandardCharsets.UTF_8));
        }
        writer.endTable();
      }
      writer.end();
      return out.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, List<String>> read(byte[] file) throws IOException {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    Set<List<String>> columns = new HashSet<>();
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(file))) {
      for (BackupReader.Table table = reader.next(); table != null; table = reader.next()) {
        columns.add(table.columns());
        String rows = new String(table.rows().readAllBytes(), StandardCharsets.UTF_8);
        tables.put(table.name(), rows.lines().toList());
      }
      assertThat(reader.manifest()).isEqualTo(MANIFEST.canonical());
      assertThat(columns).isSubsetOf(Set.of(List.of("id", "body")));
    }
    return tables;
  }

  private static byte[] some() {
    Random random = new Random(7);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add(i + "\t" + Long.toHexString(random.nextLong()));
    }
    return written(Map.of("policy.desired", rows));
  }

  /// Rows as COPY writes them: no bare newline, and no backslash before a dot.
  @Provide
  Arbitrary<Map<String, List<String>>> tables() {
    Arbitrary<String> row =
        Arbitraries.oneOf(
            Arbitraries.of("", "\\N", "\\\\.", "\\\\. 1", ".", "\\t", "é€😀", "\\end 0"),
            Arbitraries.strings().ofMaxLength(40).map(BackupTest::asCopied),
            Arbitraries.integers().between(60_000, 140_000).map(length -> "x".repeat(length)));
    return Arbitraries.maps(
            Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(8),
            row.list().ofMaxSize(8))
        .ofMaxSize(5);
  }

  private static String asCopied(String text) {
    return text.replace("\\", "\\\\")
        .replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\u0085]", "")
        .replaceAll("\\p{Cs}", "");
  }

  @Property(tries = 200)
  void whatIsWrittenIsReadBack(@ForAll("tables") Map<String, List<String>> tables)
      throws IOException {
    assertThat(read(written(tables))).isEqualTo(tables);
  }

  @Property(tries = 300)
  void aFileThatIsCutShortIsRefused(@ForAll @IntRange(max = 1_000_000) int where) {
    byte[] file = some();
    byte[] cut = Arrays.copyOf(file, where % file.length);

    assertThatThrownBy(() -> read(cut)).isInstanceOf(BackupReader.Damaged.class);
  }

  /// The last byte of a deflated stream may have bits that mean nothing.
  @Property(tries = 1000)
  void anyBitThatIsFlippedIsNoticedUnlessItMeansNothing(
      @ForAll @IntRange(max = 10_000_000) int where) throws IOException {
    byte[] file = some();
    int bit = where % (file.length * 8);
    file[bit / 8] ^= (byte) (1 << (bit % 8));

    Map<String, List<String>> content;
    try {
      content = read(file);
    } catch (BackupReader.Damaged noticed) {
      return;
    }
    assertThat(bit / 8).as("the byte before gzip's checksum and length").isEqualTo(file.length - 9);
    assertThat(content).isEqualTo(read(some()));
  }

  /// Whoever unpacks it and packs it again has a new checksum of gzip, and not the seal.
  @Test
  void aRowThatWasEditedIsNoticed() throws IOException {
    String text;
    try (var in = new GZIPInputStream(new ByteArrayInputStream(some()))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (String edited :
        List.of(
            text.replaceFirst("\n17\t", "\n18\t"),
            text.replaceFirst("\n17\t.*", ""),
            text.replaceFirst("\\\\\\. 300", "\\\\. 299"),
            text.replaceFirst("\\\\end 1", "\\\\end 2"),
            text + "more\n")) {
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (var out = new GZIPOutputStream(packed)) {
        out.write(edited.getBytes(StandardCharsets.UTF_8));
      }

      assertThatThrownBy(() -> read(packed.toByteArray())).isInstanceOf(BackupReader.Damaged.class);
    }
  }

  @Test
  void rowsThatNobodyReadsAreCheckedAllTheSame() throws IOException {
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(some()))) {
      assertThat(reader.verify()).isEqualTo(300);
    }
  }

  @Test
  void aBackupOfANewerFormatAndAnythingElseAreToldApart() throws IOException {
    ByteArrayOutputStream newer = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(newer)) {
      out.write("muster-backup 2\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThatThrownBy(() -> read(newer.toByteArray())).hasMessageContaining("newer Muster");
    assertThatThrownBy(() -> read("hello".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("does not begin as a backup");
  }
}
