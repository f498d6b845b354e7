package dev.muster.cli.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A path on the server with its query, encoded. Each `{}` of a template takes one name, so that a
/// name with a slash or a question mark cannot reach another path.
public record Route(String path) {

  public static Route of(String template, String... names) {
    var path = new StringBuilder();
    int from = 0;
    for (String name : names) {
      if (name.isBlank()) {
        throw new Failure.Usage("A name on the command line is empty.");
      }
      int slot = template.indexOf("{}", from);
      path.append(template, from, slot).append(encode(name));
      from = slot + 2;
    }
    return new Route(path.append(template, from, template.length()).toString());
  }

  /// The same route with one more query parameter; null and blank values are left out.
  public Route with(String key, @Nullable Object value) {
    String text = value == null ? "" : value.toString();
    if (text.isBlank()) {
      return this;
    }
    return new Route(path + (path.contains("?") ? '&' : '?') + encode(key) + '=' + encode(text));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
