package dev.muster.server.edge;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A web origin (RFC 6454): scheme, host and port, compared exactly. The port is always there, so
/// that `https://a` and `https://a:443` are one.
public record Origin(String scheme, String host, int port) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>https?)://(?<host>[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\\[[0-9a-f:.]+])"
              + "(?::(?<port>[0-9]{1,5}))?",
          Pattern.CASE_INSENSITIVE);

  /// Reads `scheme://host[:port]` and nothing longer: no path, no slash at the end, no `null`.
  public static Optional<Origin> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String scheme = matcher.group("scheme").toLowerCase(Locale.ROOT);
    String port = matcher.group("port");
    int number = port == null ? defaultPort(scheme) : Integer.parseInt(port);
    return number < 1 || number > 65_535
        ? Optional.empty()
        : Optional.of(new Origin(scheme, matcher.group("host").toLowerCase(Locale.ROOT), number));
  }

  /// The origin of a URL that has neither path nor query; a single slash is let pass.
  static Optional<Origin> of(URI url) {
    return parse(url.toString().replaceFirst("/$", ""));
  }

  private static int defaultPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }

  /// What is wrong with `text` as an entry of `muster.cors.origins`, as the end of a sentence; null
  /// when nothing is.
  public static @Nullable String problem(String text) {
    if (text.contains("*")) {
      return "cannot be * or a pattern: name each origin whose pages may call, such as"
          + " https://console.example.com";
    }
    return parse(text).isPresent()
        ? null
        : "must be an origin such as https://console.example.com or http://localhost:5173 (scheme,"
            + " host, port if it is not the usual one; no path and no slash at the end), and is \""
            + text
            + "\"";
  }

  /// What is wrong with `url` as `muster.public-url`, as the end of a sentence; null when nothing
  /// is.
  public static @Nullable String problem(URI url) {
    return of(url).isPresent()
        ? null
        : "must be a scheme, a host and a port if it is not the usual one, such as"
            + " https://fleet.example.com, and is \""
            + (url.getRawUserInfo() == null ? url : "an address with a user in it")
            + "\"";
  }

  /// As browsers write it: without the port that the scheme implies.
  @Override
  public String toString() {
    return scheme + "://" + host + (port == defaultPort(scheme) ? "" : ":" + port);
  }
}
