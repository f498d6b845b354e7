package dev.muster.server;

import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.Settings;
import dev.muster.server.postgres.DataFolder;
import io.quarkus.logging.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where the master key comes from: `muster.master-key`, the file of `muster.master-key-file`, or
/// else the data folder, where the first start makes it. No message has the key in it.
final class MasterKeySetting {
  private static final String IN_DATA_FOLDER = "master-key";

  private MasterKeySetting() {}

  /// @throws IllegalStateException in words for the person at the terminal
  static MasterKey load(Settings settings, DataFolder folder) {
    if (settings.masterKey().isPresent()) {
      return MasterKey.of(settings.masterKey().get());
    }
    Path file = settings.masterKeyFile().orElseGet(() -> folder.path().resolve(IN_DATA_FOLDER));
    if (settings.masterKeyFile().isEmpty() && Files.notExists(file)) {
      var _ = folder.secret(IN_DATA_FOLDER);
      Log.warnf(
          "A master key was made: %s. Back it up now, apart from the database: without it the"
              + " secrets in the database are lost, and the server does not start on it again.",
          file);
    }
    String problem = problem(file);
    if (problem != null) {
      throw new IllegalStateException(problem);
    }
    try {
      return MasterKey.of(text(file));
    } catch (IOException failure) {
      throw new IllegalStateException("The master key " + file + " cannot be read.", failure);
    }
  }

  /// A sentence for each mistake that can be seen before anything is started.
  static List<String> mistakes(Settings settings) {
    Path file = settings.masterKeyFile().orElse(null);
    if (file != null && settings.masterKey().isPresent()) {
      return List.of("muster.master-key and muster.master-key-file are both set; keep one");
    }
    if (file != null) {
      return Optional.ofNullable(problem(file))
          .map(problem -> "muster.master-key-file: " + problem)
          .stream()
          .toList();
    }
    return settings
        .masterKey()
        .filter(key -> !isKey(key))
        .map(_ -> "muster.master-key must be 32 bytes in base64url")
        .stream()
        .toList();
  }

  private static @Nullable String problem(Path file) {
    try {
      if (!isKey(text(file))) {
        return "The file " + file + " must hold 32 bytes in base64url, and nothing else.";
      }
      Set<PosixFilePermission> permissions = permissions(file);
      if (permissions.contains(PosixFilePermission.OTHERS_READ)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
        return "The file "
            + file
            + " is open to every user of this machine. Close it: chmod 600 "
            + file;
      }
      return null;
    } catch (IOException failure) {
      return "The file "
          + file
          + " cannot be read ("
          + failure.getClass().getSimpleName()
          + "). Give it to the user that runs the server, or name another.";
    }
  }

  /// Empty where files have no such permissions.
  private static Set<PosixFilePermission> permissions(Path file) throws IOException {
    try {
      return Files.getPosixFilePermissions(file);
    } catch (UnsupportedOperationException _) {
      return Set.of();
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  private static boolean isKey(String text) {
    try {
      var _ = MasterKey.of(text);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
