package dev.muster.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say whose tasks are kept on the machine.
final class TechnicianOptions {
  @Option(
      names = "--technician",
      paramLabel = "EMAIL",
      description =
          "Keeps a copy of the tasks for this person, who is a user of the server: it can be read and"
              + " edited offline (default: nobody's).")
  @Nullable String email;

  @Option(
      names = "--technician-password-file",
      paramLabel = "FILE",
      description = "A file with that person's password; needed with --technician.")
  @Nullable Path passwordFile;

  /// It is never taken from the command line, which every user of the machine can read.
  String password() throws IOException {
    Path file = passwordFile;
    if (file == null || !Files.isReadable(file)) {
      throw new IOException(
          file == null
              ? "--technician needs --technician-password-file FILE"
              : "Cannot read the password file " + file);
    }
    String password = Files.readString(file).strip();
    if (password.isEmpty()) {
      throw new IOException(file + " must hold a password");
    }
    return password;
  }
}
