package dev.muster.server.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/// Archives in a folder of this machine, or one that it has mounted.
final class FolderDepot implements Depot {
  private final Path folder;

  FolderDepot(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  @Override
  public void put(String name, Path file) throws IOException {
    Files.createDirectories(folder);
    force(file);
    try {
      Files.move(file, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException otherDisk) {
      Path part = folder.resolve(name + ".part");
      Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
      force(part);
      Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      Files.delete(file);
    }
    force(folder);
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            path, Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  @Override
  public InputStream open(String name) throws IOException {
    return Files.newInputStream(folder.resolve(name));
  }

  @Override
  public OptionalLong size(String name) throws IOException {
    try {
      return OptionalLong.of(Files.size(folder.resolve(name)));
    } catch (NoSuchFileException none) {
      return OptionalLong.empty();
    }
  }

  @Override
  public String where() {
    return folder.toString();
  }
}
