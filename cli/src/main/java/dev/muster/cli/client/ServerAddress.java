package dev.muster.cli.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server as a command line names it: by the URL of its REST API or by `host:port` of its fleet
/// service. Either way is enough: the server knows its other address.
public sealed interface ServerAddress {

  /// Base address of REST, without a slash at its end.
  record Rest(URI url) implements ServerAddress {}

  /// The fleet service, gRPC. An IPv6 address has no brackets here.
  record Grpc(String host, int port) implements ServerAddress {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  Pattern HOST_AND_PORT =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9][A-Za-z0-9.-]*)):([0-9]{1,5})");

  /// @throws Failure.Usage when the text is neither
  static ServerAddress parse(String text) {
    Matcher plain = HOST_AND_PORT.matcher(text.strip());
    if (plain.matches()) {
      int port = Integer.parseInt(plain.group(3));
      if (port > 0 && port <= 65535) {
        String host = plain.group(1) == null ? plain.group(2) : plain.group(1);
        return new Grpc(host, port);
      }
    }
    return new Rest(url(text));
  }

  /// Reads a URL; one address has one spelling, since logins are kept by it.
  static URI url(String text) {
    try {
      var uri = new URI(text.strip().replaceAll("/+$", ""));
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      boolean web = scheme.equals("http") || scheme.equals("https");
      boolean plain = uri.getUserInfo() == null && uri.getQuery() == null;
      if (web && plain && uri.getHost() != null && uri.getFragment() == null) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        return new URI(scheme, null, host, uri.getPort(), uri.getPath(), null, null);
      }
    } catch (URISyntaxException e) {
      // Not an address at all: the same answer as for one of another kind.
    }
    throw new Failure.Usage(
        "«"
            + text
            + "» is not a server's address: write its URL, http://localhost:8080, or host:port of"
            + " its fleet service, localhost:50051.");
  }
}
