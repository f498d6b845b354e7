package dev.muster.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/// A folder that one process keeps state in. Its files hold credentials, so only their owner may
/// read them.
final class StateFolder implements AutoCloseable {
  private final Path folder;
  private final FileChannel lockFile;

  private StateFolder(Path folder, FileChannel lockFile) {
    this.folder = folder;
    this.lockFile = lockFile;
  }

  /// Opens the folder for this process alone, and makes it when it is not there.
  ///
  /// @throws IOException also when another process has it open
  static StateFolder open(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileChannel lockFile =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(lockFile) == null) {
      lockFile.close();
      throw new IOException(
          "The folder "
              + folder
              + " is in use by another agent or simulator; choose another --state");
    }
    return new StateFolder(folder, lockFile);
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException _) {
      return null;
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /// Replaces a file: after a crash it holds the old text or the new one, and after the return the
  /// new.
  void replace(String name, String text) throws IOException {
    Path temporary = Files.createTempFile(folder, name, ".tmp");
    try {
      ownerOnly(temporary);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(temporary, file(name), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    forceFolder();
  }

  static void ownerOnly(Path file) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }

  /// A rename is durable when its folder is; Windows has no way to ask for that.
  private void forceFolder() throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
