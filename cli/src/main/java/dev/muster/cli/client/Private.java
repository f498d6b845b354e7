package dev.muster.cli.client;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Files that only their owner may read. They are made with mode 0600 and then moved into place: at
/// no moment is the content readable by others, or half written.
public final class Private {

  private Private() {}

  public static void write(Path file, String content) {
    Path folder = folderOf(file);
    try {
      Files.createDirectories(folder);
      Path draft = folder.resolve("." + file.getFileName() + "." + ProcessHandle.current().pid());
      Files.deleteIfExists(draft);
      var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try (var channel = Files.newByteChannel(draft, options, ownerOnly());
          var out = Channels.newOutputStream(channel)) {
        out.write(content.getBytes(StandardCharsets.UTF_8));
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new Failure.Local("Cannot write " + file + ": " + reason(e), e);
    }
  }

  /// Writes what a file's content is.
  public interface Source {
    void writeTo(OutputStream out) throws IOException;
  }

  /// Looks at a file that has been written, and refuses it by a [Failure].
  public interface Check<T> {
    T of(Path written) throws IOException;
  }

  /// Writes a large file: beside it first (`.part`), then through to the disk, then it is checked,
  /// and then it gets its name. When something fails there is no file, or the one that was there.
  public static <T> T receive(Path file, Source content, Check<T> check) {
    Path folder = folderOf(file);
    Path part = folder.resolve(file.getFileName() + ".part");
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(part);
      try {
        try (FileChannel channel =
                FileChannel.open(
                    part,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    ownerOnly());
            var out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
          content.writeTo(out);
          out.flush();
          channel.force(true);
        }
        T checked = check.of(part);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel named = FileChannel.open(folder, StandardOpenOption.READ)) {
          named.force(true);
        }
        return checked;
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new Failure.Local("Cannot write " + file + ": " + reason(e), e);
    }
  }

  private static FileAttribute<?> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  }

  static Path folderOf(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new Failure.Usage(file + " is not a file.");
    }
    return folder;
  }

  /// The part of an I/O failure that helps a person: the JDK's messages often are the path alone.
  public static String reason(IOException e) {
    return e.getClass().getSimpleName().replace("Exception", "") + " (" + e.getMessage() + ")";
  }
}
