package dev.muster.agent;

import java.net.URI;
import java.net.URISyntaxException;

/// The root of a server: `http` or `https`, without a slash at the end and without a user.
record ServerAddress(URI root) {

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
        return new ServerAddress(uri);
      }
    } catch (URISyntaxException _) {
      // Said below.
    }
    throw new IllegalArgumentException("must be an address such as http://localhost:8080");
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
