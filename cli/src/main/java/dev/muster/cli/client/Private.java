package dev.muster.cli.client;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
      var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try (var channel = Files.newByteChannel(draft, options, ownerOnly);
          var out = Channels.newOutputStream(channel)) {
        out.write(content.getBytes(StandardCharsets.UTF_8));
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new Failure.Local("Cannot write " + file + ": " + reason(e), e);
    }
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
