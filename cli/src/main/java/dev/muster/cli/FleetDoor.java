package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Caller;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import dev.muster.cli.client.ServerAddress;
import dev.muster.cli.client.Session;
import dev.muster.cli.fleet.Fleet;
import dev.muster.cli.fleet.FleetServer;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/// The way from one address of a server to its other one: from the URL to the fleet service, and
/// back.
///
/// A login belongs to a URL. To an address named as `host:port` it goes only when that URL says by
/// itself that its fleet service is there: else any server could have the login to another one by
/// claiming its URL.
final class FleetDoor {

  static final String DEFAULT = "localhost:50051";

  private final Muster muster;

  FleetDoor(Muster muster) {
    this.muster = muster;
  }

  /// The fleet service of the command's server. The server is looked for at the first call.
  Fleet open() {
    return new Fleet(this::peer);
  }

  /// The URL of the server whose fleet service is at an address.
  URI url(ServerAddress.Grpc address) {
    try (var fleet = new Fleet(() -> new Fleet.Peer(address, tls(), nobody()))) {
      String url = FleetServer.url(fleet);
      try {
        return reachable(ServerAddress.url(url), address);
      } catch (Failure.Usage _) {
        throw new Failure.Unreachable(
            "The server at " + address + " does not say where its REST API is: name its URL.",
            null);
      }
    }
  }

  private Fleet.Peer peer() {
    return switch (muster.named().orElseGet(() -> ServerAddress.parse(DEFAULT))) {
      case ServerAddress.Rest rest -> peer(rest.url());
      case ServerAddress.Grpc address -> new Fleet.Peer(address, tls(), callerAt(address));
    };
  }

  private Fleet.Peer peer(URI url) {
    JsonNode info = info(url);
    int port = info.path("grpc_port").asInt();
    if (port <= 0 || port > 65535) {
      throw new Failure.Unreachable(
          "The server at " + url + " does not say where its fleet service (gRPC) is.", null);
    }
    boolean tls = info.path("grpc_tls").asBoolean();
    Session session =
        muster.apiKey().map(Session::ofKey).orElseGet(() -> muster.logins().session(url));
    var address = new ServerAddress.Grpc(host(url), port);
    if (!tls && url.getScheme().equals("https") && session.access().isPresent()) {
      refuseToBeRead(url, address);
    }
    return new Fleet.Peer(
        address,
        tls ? Optional.of(tls().orElseGet(FleetDoor::usual)) : Optional.empty(),
        caller(url, session));
  }

  private static void refuseToBeRead(URI url, ServerAddress.Grpc address) {
    if (!isLoopback(address.host())) {
      throw new Failure.Unreachable(
          "The fleet service of "
              + url
              + " speaks no TLS, so whoever is on the way could read your credential. If that is"
              + " safe there, say so by --server "
              + address
              + ".",
          null);
    }
  }

  private Caller callerAt(ServerAddress.Grpc address) {
    Optional<String> key = muster.apiKey();
    if (key.isPresent()) {
      return Caller.of(Session.ofKey(key.get()));
    }
    if (!muster.logins().any()) {
      return nobody();
    }
    URI url;
    try {
      url = url(address);
    } catch (Failure.Rpc | Failure.Unreachable _) {
      return nobody(); // It does not tell, so no login is known to be its own.
    }
    Session session = muster.logins().session(url);
    return session.access().isPresent() && vouchesFor(url, address)
        ? caller(url, session)
        : nobody();
  }

  private boolean vouchesFor(URI url, ServerAddress.Grpc address) {
    return info(url).path("grpc_port").asInt() == address.port()
        && isSameHost(host(url), address.host());
  }

  private Caller caller(URI url, Session session) {
    return new Caller(session, () -> anonymous(url));
  }

  private static Caller nobody() {
    return Caller.of(Session.ANONYMOUS);
  }

  private Api anonymous(URI url) {
    return muster.api(url, Session.ANONYMOUS);
  }

  /// What a server says of itself to everybody.
  private JsonNode info(URI url) {
    try {
      return anonymous(url).getPromptly(Route.of("/api/info"));
    } catch (Failure.Unreachable e) {
      int port = url.getPort() > 0 ? url.getPort() : url.getScheme().equals("https") ? 443 : 80;
      throw Fleet.unreachable(
          new ServerAddress.Grpc(host(url), port), Optional.ofNullable(e.getMessage()));
    }
  }

  private Optional<SSLSocketFactory> tls() {
    return muster.trusted().map(SSLContext::getSocketFactory);
  }

  private static SSLSocketFactory usual() {
    try {
      return SSLContext.getDefault().getSocketFactory();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("This Java runtime has no TLS", impossible);
    }
  }

  /// A server that does not know how it is reached from outside calls itself localhost: then the
  /// host by which it was reached is the better one.
  private static URI reachable(URI url, ServerAddress.Grpc address) {
    if (!isLoopback(host(url)) || isLoopback(address.host())) {
      return url;
    }
    try {
      return new URI(
          url.getScheme(),
          null,
          address.host().toLowerCase(Locale.ROOT),
          url.getPort(),
          url.getPath(),
          null,
          null);
    } catch (URISyntaxException _) {
      return url;
    }
  }

  private static String host(URI url) {
    return url.getHost().replaceAll("[\\[\\]]", "");
  }

  private static boolean isSameHost(String one, String other) {
    if (one.equalsIgnoreCase(other)) {
      return true;
    }
    List<InetAddress> known = addresses(one);
    return addresses(other).stream().anyMatch(known::contains)
        || (isLoopback(one) && isLoopback(other));
  }

  private static boolean isLoopback(String host) {
    List<InetAddress> all = addresses(host);
    return !all.isEmpty() && all.stream().allMatch(InetAddress::isLoopbackAddress);
  }

  private static List<InetAddress> addresses(String host) {
    try {
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException _) {
      return List.of();
    }
  }
}
