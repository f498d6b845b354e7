package dev.muster.server.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The folder of what must outlive the process, held by one server at a time.
public final class DataFolder implements AutoCloseable {
  private static final String LOCK = "muster.lock";

  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private DataFolder(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  /// Makes the folder when it is missing, and takes it.
  ///
  /// @throws IllegalStateException in words for the person at the terminal, when another server has
  ///   it, or a restore of it was not finished
  public static DataFolder open(Path path) {
    DataFolder folder = take(path);
    String unfinished = RestoringFolder.unfinished(folder.path());
    if (unfinished != null) {
      folder.close();
      throw new IllegalStateException(unfinished);
    }
    return folder;
  }

  /// Takes the folder for a restore, which may find an earlier one unfinished.
  public static DataFolder openToRestore(Path path) {
    return take(path);
  }

  private static DataFolder take(Path path) {
    Path folder = path.toAbsolutePath().normalize();
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        throw new IllegalStateException(
            "Another Muster server uses the data folder "
                + folder
                + ". Stop it, or give this one a folder of its own with --data DIR.");
      }
      return new DataFolder(folder, channel, lock);
    } catch (IOException failure) {
      throw new IllegalStateException(
          "The data folder " + folder + " cannot be used: " + failure.getMessage(), failure);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException held) {
      return null;
    }
  }

  public Path path() {
    return path;
  }

  /// The secret in the file `name`, if there is one.
  public Optional<String> findSecret(String name) {
    return Files.exists(path.resolve(name)) ? Optional.of(secret(name)) : Optional.empty();
  }

  /// Whether the folder holds a database.
  public boolean hasDatabase() {
    return Files.exists(path.resolve("postgres"));
  }

  /// The secret in the file `name`, readable by its owner only; made of 256 random bits when there
  /// is none yet.
  public String secret(String name) {
    Path file = path.resolve(name);
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException _) {
      byte[] random = new byte[32];
      new SecureRandom().nextBytes(random);
      String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      writePrivately(file, secret);
      return secret;
    } catch (IOException failure) {
      throw new UncheckedIOException("The file " + file + " cannot be read", failure);
    }
  }

  /// Writes a file that only its owner may read, whole or not at all.
  public void writePrivately(Path file, String content) {
    try {
      Path temporary =
          Files.createTempFile(
              path,
              ".new",
              null,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(temporary, content + "\n");
      try (FileChannel written = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        written.force(true); // a name that outlives a power cut must not lead to nothing
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new UncheckedIOException("The file " + file + " cannot be written", failure);
    }
  }

  @Override
  public void close() {
    try (channel) {
      lock.release();
    } catch (IOException _) {
      // the lock ends with the process
    }
  }
}
