package dev.muster.server.edge;

import io.vertx.ext.web.RoutingContext;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a request reached the server, as far as it is believed: whoever reads addresses, schemes and
/// hosts reads them here and not from headers.
///
/// @param address network address of the client: of the peer, or of the hop that trusted proxies
///   name
/// @param scheme `http` or `https`, as the client spoke
/// @param authority host and port that the client asked for; null when it named none
public record Arrival(String address, String scheme, @Nullable String authority) {
  private static final String KEY = "muster.arrival";
  private static final int NETWORK_BYTES = 8;

  /// @throws NullPointerException before [Edge] has seen the request
  public static Arrival of(RoutingContext context) {
    return Objects.requireNonNull(context.<Arrival>get(KEY), "the request did not pass the edge");
  }

  void keepIn(RoutingContext context) {
    context.put(KEY, this);
  }

  /// The origin of the pages that are served under the address that the client used.
  Optional<Origin> origin() {
    return Origin.parse(scheme + "://" + authority);
  }

  /// The host without the port, in lower case; an IPv6 address keeps its brackets. Empty when the
  /// client named none that can be read.
  String host() {
    return origin().map(Origin::host).orElse("");
  }

  /// What stands for one customer wherever callers are counted by where they come from.
  public String network() {
    return network(address);
  }

  /// Of an IPv6 address the network of 64 bits, which is what one customer has; any other address
  /// as it is.
  public static String network(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    try {
      InetAddress parsed = InetAddress.ofLiteral(address);
      return parsed instanceof Inet6Address
          ? HexFormat.of().formatHex(parsed.getAddress(), 0, NETWORK_BYTES)
          : parsed.getHostAddress();
    } catch (IllegalArgumentException _) {
      return address; // of a transport that has other addresses
    }
  }

  boolean isEncrypted() {
    return scheme.toLowerCase(Locale.ROOT).equals("https");
  }
}
