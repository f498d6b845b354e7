package dev.muster.server.session;

import dev.muster.server.edge.Arrival;
import dev.muster.server.platform.JsonText;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/// Where a login comes from.
///
/// @param address network address of the caller, by which guesses are counted
/// @param userAgent what the caller says of its program
public record Origin(String address, @Nullable String userAgent) {
  private static final int LONGEST = 200;

  public Origin {
    userAgent = userAgent == null ? null : shortened(JsonText.printable(userAgent));
  }

  static Origin of(RoutingContext context) {
    return new Origin(Arrival.of(context).address(), context.request().getHeader("User-Agent"));
  }

  /// Never between the halves of a surrogate pair.
  private static String shortened(String text) {
    int length = Math.min(text.length(), LONGEST);
    return text.substring(
        0, length > 0 && Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
  }
}
