package dev.muster.server.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// The programs of PostgreSQL for this machine, unpacked from the class path (zonky's binaries).
final class PostgresBinaries {
  private static final String VERSION = "18.6.0";
  private final Path home;

  private PostgresBinaries(Path home) {
    this.home = home;
  }

  /// Unpacks below `folder` unless that has been done. A folder that is half unpacked is never
  /// used: it gets its name when it is whole.
  static PostgresBinaries unpack(Path folder) throws IOException {
    Path home = folder.resolve("postgresql-" + VERSION);
    if (!Files.isDirectory(home)) {
      Files.createDirectories(folder);
      Path partial = Files.createTempDirectory(folder, ".unpacking");
      String archive = archiveName();
      try (InputStream packed = PostgresBinaries.class.getResourceAsStream("/" + archive)) {
        if (packed == null) {
          throw new IllegalStateException(
              "There is no embedded PostgreSQL for this machine ("
                  + archive
                  + "). Use an external one: --database-url jdbc:postgresql://…");
        }
        extract(packed, partial);
      }
      try {
        Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException _) {
        deleteTree(partial); // another process was faster
      }
    }
    return new PostgresBinaries(home);
  }

  /// Programs that are installed on this machine already.
  static PostgresBinaries at(Path home) {
    return new PostgresBinaries(home);
  }

  String program(String name) {
    return home.resolve("bin").resolve(name).toString();
  }

  private static String archiveName() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "");
    return "postgres-"
        + (os.startsWith("mac") ? "darwin" : "linux")
        + "-"
        + (arch.equals("aarch64") || arch.equals("arm64") ? "arm_64" : "x86_64")
        + ".txz";
  }

  private static void extract(InputStream packed, Path target) throws IOException {
    try (var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("the archive leaves its folder: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else {
          Files.createDirectories(path.getParent());
          if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
          } else {
            Files.copy(tar, path);
            if ((entry.getMode() & 0100) != 0) {
              path.toFile().setExecutable(true, false);
            }
          }
        }
      }
    }
  }

  static void deleteTree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
