package dev.muster.agent;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The root of a server: `http` or `https`, without a slash at the end and without a user.
///
/// @param ca PEM file of those who vouch for the server's certificate; null means those that Java
///   trusts
record ServerAddress(URI root, @Nullable Path ca) {

  /// @throws IllegalArgumentException with a sentence that says what would be accepted
  static ServerAddress parse(String text) {
    try {
      URI uri = new URI(text.replaceAll("/+$", ""));
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return new ServerAddress(uri, null);
      }
    } catch (URISyntaxException _) {
      // Said below.
    }
    throw new IllegalArgumentException("must be an address such as http://localhost:8080");
  }

  ServerAddress vouchedForBy(@Nullable Path pem) {
    return new ServerAddress(root, pem);
  }

  /// Where the server rings.
  URI doorbell() {
    return URI.create(root.toString().replaceFirst("^http", "ws") + "/v1/agent/doorbell");
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
