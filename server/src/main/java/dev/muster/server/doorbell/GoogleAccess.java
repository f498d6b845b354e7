package dev.muster.server.doorbell;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Access tokens for FCM, fetched with the key of a service account where the key says
/// (`token_uri`), and kept until shortly before they end.
final class GoogleAccess {
  private static final String SCOPE = "https://www.googleapis.com/auth/firebase.messaging";

  private final GoogleCredentials credentials;

  private GoogleAccess(GoogleCredentials credentials) {
    this.credentials = credentials;
  }

  /// @throws IOException when it is not the key of a service account, in words that repeat none of
  ///   it
  static GoogleAccess of(Path file) throws IOException {
    try (InputStream key = Files.newInputStream(file)) {
      // who sends a message has a rhythm of trying again, and needs no other below it
      return new GoogleAccess(
          ServiceAccountCredentials.fromStream(key)
              .createWithCustomRetryStrategy(false)
              .createScoped(List.of(SCOPE)));
    } catch (IOException | RuntimeException failure) {
      throw new IOException(
          Files.isReadable(file) ? "is not the JSON key of a service account" : "cannot be read",
          failure);
    }
  }

  /// What is wrong with the file; null when nothing is.
  static @Nullable String problem(Path file) {
    try {
      var _ = of(file);
      return null;
    } catch (IOException failure) {
      return failure.getMessage();
    }
  }

  /// A token that is good for a while. Callers who come together wait for one exchange.
  String token() throws IOException {
    credentials.refreshIfExpired();
    AccessToken token = credentials.getAccessToken();
    return Objects.requireNonNull(token, "no access token after an exchange").getTokenValue();
  }

  /// Gives up a token that the service did not accept, unless another has taken its place.
  synchronized void refused(String token) throws IOException {
    AccessToken present = credentials.getAccessToken();
    if (present != null && present.getTokenValue().equals(token)) {
      credentials.refresh();
    }
  }
}
