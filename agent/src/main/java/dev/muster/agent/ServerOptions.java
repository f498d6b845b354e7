package dev.muster.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which server, how to be let in and where to keep what it answers.
final class ServerOptions {
  static final String TOKEN_VARIABLE = "MUSTER_ENROLL_TOKEN";
  static final String CA_VARIABLE = "MUSTER_CA_FILE";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "The server's address (default: ${DEFAULT-VALUE}).",
      defaultValue = "http://localhost:8080",
      converter = Converters.Address.class)
  @SuppressWarnings("NullAway.Init")
  ServerAddress server;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "PEM file of the certificate authority that the server's certificate must come from, when"
              + " it is a private one (default: "
              + CA_VARIABLE
              + ", else those that Java trusts).")
  @Nullable Path ca;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with the enrollment token. Without it the environment variable"
              + " "
              + TOKEN_VARIABLE
              + " is used; a server in open mode needs neither.")
  @Nullable Path tokenFile;

  /// The server, with who vouches for it.
  ServerAddress address(Map<String, String> environment) {
    String named = environment.getOrDefault(CA_VARIABLE, "");
    return server.vouchedForBy(ca == null && !named.isEmpty() ? Path.of(named) : ca);
  }

  /// The enrollment token, null when there is none. It is never taken from the command line, which
  /// every user of the machine can read.
  @Nullable String enrollmentToken(Map<String, String> environment) throws IOException {
    Path file = tokenFile;
    if (file == null) {
      String token = environment.getOrDefault(TOKEN_VARIABLE, "").strip();
      return token.isEmpty() ? null : checked(token, TOKEN_VARIABLE);
    }
    if (!Files.isReadable(file)) {
      throw new IOException("Cannot read the token file " + file);
    }
    return checked(Files.readString(file).strip(), file.toString());
  }

  private static String checked(String token, String source) throws IOException {
    if (!token.matches("[!-~]+")) {
      throw new IOException(source + " must hold an enrollment token and nothing else");
    }
    return token;
  }
}
