package dev.muster.server.edge;

import dev.muster.server.platform.Settings;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds the client behind the proxies of `muster.trusted-proxies`.
///
/// Each proxy appends the address that it saw, so of the chain only what trusted proxies wrote can
/// be believed: read from the right, the first hop that is no trusted proxy is the client, and what
/// stands left of it is the client's own invention. Rejected: Quarkus's `quarkus.http.proxy.*`,
/// which believes the left-most.
///
/// A request that carries both spellings and names two clients carries one that no proxy wrote.
/// Neither is believed then, and the proxy stands for its client.
@Singleton
public final class Proxies {
  private static final Pattern WITH_PORT =
      Pattern.compile("(?<bracketed>\\[[^\\]]*])(?::[0-9]+)?|(?<plain>[0-9.]+):[0-9]+");

  private final List<Network> trusted;

  @Inject
  Proxies(Settings settings) {
    this(settings.trustedProxies().orElse(List.of()));
  }

  Proxies(List<String> trusted) {
    this.trusted = trusted.stream().flatMap(text -> Network.parse(text).stream()).toList();
  }

  /// What is wrong with `text` as an entry of `muster.trusted-proxies`, as the end of a sentence;
  /// null when nothing is.
  public static @Nullable String problem(String text) {
    return Network.problem(text);
  }

  Arrival arrival(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    return arrival(
        new Arrival(
            request.remoteAddress().hostAddress(),
            request.isSSL() ? "https" : "http",
            authority == null ? null : authority.toString()),
        request.headers());
  }

  /// The same for a transport that has other headers: only the address is taken from what proxies
  /// say.
  ///
  /// @param headers the values of a header, by its name
  public Arrival client(Arrival direct, Function<String, List<String>> headers) {
    if (trusted.isEmpty()) {
      return direct;
    }
    MultiMap named = MultiMap.caseInsensitiveMultiMap();
    for (String name : List.of("X-Forwarded-For", "Forwarded")) {
      named.add(name, headers.apply(name));
    }
    return new Arrival(arrival(direct, named).address(), direct.scheme(), direct.authority());
  }

  /// @param direct how the request came in the last hop
  Arrival arrival(Arrival direct, MultiMap headers) {
    if (!isTrusted(direct.address())) {
      return direct;
    }
    Optional<Arrival> conventional =
        Forwarded.conventional(headers).map(said -> client(direct, said));
    Optional<Arrival> standard = Forwarded.standard(headers).map(said -> client(direct, said));
    if (conventional.isPresent()
        && standard.isPresent()
        && !conventional.get().address().equals(standard.get().address())) {
      return direct;
    }
    return conventional.or(() -> standard).orElse(direct);
  }

  private Arrival client(Arrival direct, Forwarded said) {
    Arrival client = direct;
    for (Forwarded.Hop hop : said.hops().reversed()) {
      Optional<InetAddress> address = Network.address(withoutPort(hop.address()));
      if (address.isEmpty()) {
        return client;
      }
      client =
          new Arrival(
              address.get().getHostAddress(),
              scheme(hop, direct),
              hop.authority() == null ? direct.authority() : hop.authority());
      if (!isTrusted(address.get())) {
        return client;
      }
    }
    return client;
  }

  private static String scheme(Forwarded.Hop hop, Arrival direct) {
    String said = hop.scheme();
    return said != null && (said.equals("http") || said.equals("https")) ? said : direct.scheme();
  }

  private static String withoutPort(String address) {
    Matcher matcher = WITH_PORT.matcher(address);
    if (!matcher.matches()) {
      return address;
    }
    String plain = matcher.group("plain");
    return plain == null ? matcher.group("bracketed") : plain;
  }

  private boolean isTrusted(String address) {
    return Network.address(address).filter(this::isTrusted).isPresent();
  }

  private boolean isTrusted(InetAddress address) {
    return trusted.stream().anyMatch(network -> network.contains(address));
  }
}
