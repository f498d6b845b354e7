package dev.muster.server.edge;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The host names under which the server answers. A page that lets its own name resolve to this
/// machine would be of the server's own origin, so in open mode only the names of this machine are
/// served, and with a public URL its host, besides the names and the address by which a health
/// check of this machine or network comes.
@Singleton
public final class Hosts {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final boolean openHere;
  private final @Nullable String published;

  @Inject
  Hosts(Settings settings) {
    this(
        settings.open() && !settings.openAnywhere(),
        settings.publicUrl().flatMap(Origin::of).map(Origin::host));
  }

  /// @param openHere whether open mode is for this machine only
  /// @param published the host of the public URL
  Hosts(boolean openHere, Optional<String> published) {
    this.openHere = openHere;
    this.published = published.orElse(null);
  }

  /// The part of the rule that holds on every transport. Without open mode a caller shows a
  /// credential, which no page can have a browser add.
  ///
  /// @throws Refusal `host_not_allowed` when open mode is for this machine only and another was
  ///   asked for
  public void requireHere(Arrival arrival) {
    if (openHere && !isOfThisMachine(arrival.host())) {
      throw Refusal.of(
          ErrorCode.HOST_NOT_ALLOWED,
          "In open mode this server answers to localhost only; set muster.open.anywhere=true to"
              + " change that.");
    }
  }

  private boolean isOfThisMachine(String host) {
    return LOOPBACK.contains(host) || host.equals(published);
  }

  /// @param localAddress the address of this machine at which the request arrived
  /// @throws Refusal `host_not_allowed`
  void requireServed(Arrival arrival, String localAddress) {
    requireHere(arrival);
    String host = arrival.host();
    if (published == null || isOfThisMachine(host)) {
      return;
    }
    if (Network.address(host).equals(Network.address(localAddress))) {
      return;
    }
    throw Refusal.of(
        ErrorCode.HOST_NOT_ALLOWED,
        "This server answers to "
            + published
            + " only, the host of muster.public-url. A proxy has to hand on the Host header, or be"
            + " named in muster.trusted-proxies and send X-Forwarded-Host.");
  }
}
