package dev.muster.protocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// Writes a backup: one gzip stream of lines, which `zcat` shows.
///
/// ```
/// muster-backup 1
/// {"schema":"050", …}                      the manifest, one line
/// \table policy.desired device_id,base     then the rows, as PostgreSQL's COPY writes text
/// 0190…    17
/// \. 1                                     how many they were
/// \end 1 9f86d0…                           how many tables, SHA-256 of all bytes before this line
/// ```
///
/// No row of COPY begins with `\.`, so rows need no length and are never held in memory. Rejected:
/// tar and zip, whose entries say their length before their content, or leave bytes (names, times,
/// the directory) that no checksum covers.
public final class BackupWriter {
  static final String MAGIC = "muster-backup 1";
  static final String TABLE = "\\table ";
  static final String ROWS = "\\. ";
  static final String END = "\\end ";

  private final GZIPOutputStream out;
  private final MessageDigest digest = sha256();
  private int tables;
  private long rows;

  /// Begins a backup.
  ///
  /// @param manifest what it is a backup of, for [BackupReader#manifest]
  public BackupWriter(OutputStream out, Json.Obj manifest) throws IOException {
    this.out = new Fast(out);
    line(MAGIC);
    line(manifest.canonical());
  }

  /// Begins a table; its rows follow.
  public void table(String name, List<String> columns) throws IOException {
    line(TABLE + name + " " + String.join(",", columns));
    tables++;
    rows = 0;
  }

  /// One row of COPY in text form, with the newline at its end.
  public void row(byte[] copied) throws IOException {
    write(copied);
    rows++;
  }

  /// Ends the table that was begun last.
  public void endTable() throws IOException {
    line(ROWS + rows);
  }

  /// Seals the backup: without this it is recognized as cut short. Leaves the stream below open.
  public void end() throws IOException {
    out.write((END + tables + " " + hex(digest) + "\n").getBytes(StandardCharsets.UTF_8));
    out.finish();
    out.flush();
  }

  private void line(String text) throws IOException {
    write((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void write(byte[] bytes) throws IOException {
    digest.update(bytes);
    out.write(bytes);
  }

  static String hex(MessageDigest digest) {
    return Hex.of(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// The default level takes twice the time for a tenth less.
  private static final class Fast extends GZIPOutputStream {
    Fast(OutputStream out) throws IOException {
      super(out, 1 << 16);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
