package dev.muster.protocol;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// Reads what [BackupWriter] wrote, and notices everything that is not as it was written. Only who
/// has read to the end, where [#next] is null, knows that the file is whole.
public final class BackupReader implements Closeable {
  /// What Java's gzip begins with. Its own check covers what follows, and not this.
  private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private static final int LONGEST_LINE = 1 << 20;

  /// The file is not a whole backup; the message is a sentence about it.
  public static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    Damaged(String message) {
      super(message);
    }
  }

  /// A table, whose rows are read before the next table.
  ///
  /// @param rows the input of a COPY of these columns, in text form
  public record Table(String name, List<String> columns, InputStream rows) {}

  private final InputStream in;
  private final MessageDigest digest = BackupWriter.sha256();
  private final byte[] buffer = new byte[1 << 16];
  private final String manifest;
  private int position;
  private int limit;

  /// Where the bytes of the buffer begin that the digest has not seen.
  private int undigested;

  private @Nullable Rows current;
  private int tables;

  /// @throws Damaged when this is no backup
  public BackupReader(InputStream file) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(file, buffer.length);
    buffered.mark(GZIP.length);
    for (byte expected : GZIP) {
      if (buffered.read() != (expected & 0xff)) {
        throw new Damaged("It does not begin as a backup of Muster does.");
      }
    }
    buffered.reset();
    this.in = new GZIPInputStream(buffered, buffer.length);
    String magic = line();
    if (!magic.equals(BackupWriter.MAGIC)) {
      throw new Damaged(
          magic.startsWith("muster-backup ")
              ? "It is of a format (" + magic + ") that a newer Muster reads."
              : "It is not a backup of Muster.");
    }
    this.manifest = line();
  }

  /// The JSON that the backup was begun with.
  public String manifest() {
    return manifest;
  }

  /// The next table; null at the end, once it is sure that nothing was missing or changed.
  public @Nullable Table next() throws IOException {
    if (current != null) {
      current.skipRest();
    }
    digestConsumed();
    MessageDigest before = copy(digest);
    String line = line();
    if (line.startsWith(BackupWriter.TABLE)) {
      String[] words = line.substring(BackupWriter.TABLE.length()).split(" ", -1);
      if (words.length != 2) {
        throw damaged();
      }
      tables++;
      current = new Rows();
      return new Table(words[0], List.of(words[1].split(",", -1)), current);
    }
    String seal = tables + " " + BackupWriter.hex(before);
    if (!line.equals(BackupWriter.END + seal) || position < limit || fill()) {
      throw damaged();
    }
    return null;
  }

  /// Reads to the end.
  ///
  /// @return how many rows there are
  public long verify() throws IOException {
    long rows = 0;
    while (next() != null) {
      Rows read = current;
      if (read != null) {
        read.skipRest();
        rows += read.count;
      }
    }
    return rows;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private String line() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    while (text.size() < LONGEST_LINE) {
      need(1);
      int next = newline(limit);
      text.write(buffer, position, next - position);
      position = next;
      if (buffer[next - 1] == '\n') {
        return new String(text.toByteArray(), 0, text.size() - 1, StandardCharsets.UTF_8);
      }
    }
    throw damaged();
  }

  /// The index after the next newline, or `end` when there is none before it.
  private int newline(int end) {
    for (int i = position; i < end; i++) {
      if (buffer[i] == '\n') {
        return i + 1;
      }
    }
    return end;
  }

  /// Makes sure that so many bytes are there to be read.
  private void need(int bytes) throws IOException {
    while (limit - position < bytes) {
      if (!fill()) {
        throw cutShort();
      }
    }
  }

  /// Reads more; false at the end of the file.
  private boolean fill() throws IOException {
    digestConsumed();
    System.arraycopy(buffer, position, buffer, 0, limit - position);
    limit -= position;
    position = 0;
    undigested = 0;
    try {
      int read = in.read(buffer, limit, buffer.length - limit);
      limit += Math.max(read, 0);
      return read > 0;
    } catch (EOFException e) {
      throw cutShort();
    } catch (ZipException e) {
      throw damaged();
    }
  }

  private void digestConsumed() {
    digest.update(buffer, undigested, position - undigested);
    undigested = position;
  }

  private static Damaged cutShort() {
    return new Damaged("It ends too early: it was cut short when it was made or copied.");
  }

  private static Damaged damaged() {
    return new Damaged("It was changed after it was made: its content does not fit its checksum.");
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// The rows of one table, to the line that ends them.
  private final class Rows extends InputStream {
    private boolean atLineStart = true;
    private boolean ended;
    private long count;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int copied = 0;
      while (copied < length && !ended) {
        need(atLineStart ? 2 : 1);
        if (atLineStart && buffer[position] == '\\' && buffer[position + 1] == '.') {
          end();
        } else {
          int next = newline(position + Math.min(length - copied, limit - position));
          System.arraycopy(buffer, position, target, offset + copied, next - position);
          copied += next - position;
          position = next;
          atLineStart = buffer[next - 1] == '\n';
          count += atLineStart ? 1 : 0;
        }
      }
      return copied == 0 && length > 0 ? -1 : copied;
    }

    private void end() throws IOException {
      if (!line().equals(BackupWriter.ROWS + count)) {
        throw damaged();
      }
      ended = true;
    }

    void skipRest() throws IOException {
      byte[] nowhere = new byte[8192];
      while (read(nowhere, 0, nowhere.length) >= 0) {
        // until it is read
      }
    }
  }
}
