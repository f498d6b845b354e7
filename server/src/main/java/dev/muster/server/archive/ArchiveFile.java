package dev.muster.server.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/// The file of an archive: CSV with a header, compressed by gzip. Rows pass through; none is kept.
final class ArchiveFile {
  private static final int BUFFER = 1 << 16;

  /// What a file has.
  ///
  /// @param rows without the header
  record Content(long rows, long bytes, String sha256) {}

  /// Writes the CSV.
  interface Source {
    void writeTo(OutputStream csv) throws IOException;
  }

  private ArchiveFile() {}

  static Content write(Path file, Source source) throws IOException {
    MessageDigest digest = sha256();
    long rows;
    try (OutputStream out = Files.newOutputStream(file);
        GZIPOutputStream gzip = new GZIPOutputStream(new DigestOutputStream(out, digest), BUFFER)) {
      RowCount counted = new RowCount(gzip);
      source.writeTo(counted);
      rows = counted.count();
    }
    return new Content(rows, Files.size(file), hex(digest));
  }

  /// Reads all of it, and hands the CSV on.
  ///
  /// @throws ArchiveManifest.Damaged when it is not gzip, or cut short
  static Content read(InputStream file, OutputStream csv) throws IOException {
    MessageDigest digest = sha256();
    CountedInput counted = new CountedInput(new DigestInputStream(file, digest));
    RowCount rows = new RowCount(csv);
    try {
      long _ = new GZIPInputStream(counted, BUFFER).transferTo(rows);
    } catch (ZipException | EOFException broken) {
      throw new ArchiveManifest.Damaged("it is not a whole gzip file");
    }
    long _ = counted.transferTo(OutputStream.nullOutputStream());
    return new Content(rows.count(), counted.bytes, hex(digest));
  }

  /// The CSV of a file that was read whole before, without its header, in parts of whole rows.
  ///
  /// @param rows of a part, at the most
  static Parts parts(Path file, int rows) throws IOException {
    return new Parts(new GZIPInputStream(Files.newInputStream(file), BUFFER), rows);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Rows of CSV, which end where the present part does.
  static final class Parts extends InputStream {
    private final InputStream csv;
    private final int rows;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;
    private int left = 1;
    private boolean quoted;

    Parts(InputStream csv, int rows) throws IOException {
      this.csv = csv;
      this.rows = rows;
      long _ = transferTo(OutputStream.nullOutputStream()); // the header
    }

    /// Begins the next part, once the present one is read. Says whether there is one.
    boolean next() throws IOException {
      left = rows;
      return fill();
    }

    private boolean fill() throws IOException {
      if (at == end) {
        at = 0;
        end = Math.max(0, csv.read(buffer, 0, buffer.length));
      }
      return at < end;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0 || !fill()) {
        return -1;
      }
      int from = at;
      int stop = Math.min(end, at + length);
      while (at < stop && left > 0) {
        byte letter = buffer[at++];
        if (letter == '"') {
          quoted = !quoted;
        } else if (letter == '\n' && !quoted) {
          left--;
        }
      }
      System.arraycopy(buffer, from, into, offset, at - from);
      return at - from;
    }

    @Override
    public void close() throws IOException {
      csv.close();
    }
  }

  /// Counts the lines that are not within quotes, as a quoted value may have line breaks.
  private static final class RowCount extends OutputStream {
    private final OutputStream to;
    private long lines;
    private boolean quoted;

    RowCount(OutputStream to) {
      this.to = to;
    }

    long count() {
      return Math.max(0, lines - 1);
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      for (int i = from; i < from + length; i++) {
        if (bytes[i] == '"') {
          quoted = !quoted;
        } else if (bytes[i] == '\n' && !quoted) {
          lines++;
        }
      }
      to.write(bytes, from, length);
    }
  }

  private static final class CountedInput extends InputStream {
    private final InputStream from;
    private long bytes;

    CountedInput(InputStream from) {
      this.from = from;
    }

    @Override
    public int read() throws IOException {
      int one = from.read();
      bytes += one < 0 ? 0 : 1;
      return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = from.read(into, offset, length);
      bytes += Math.max(read, 0);
      return read;
    }

    @Override
    public int available() throws IOException {
      return from.available();
    }
  }
}
