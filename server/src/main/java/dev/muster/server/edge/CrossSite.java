package dev.muster.server.edge;

import dev.muster.server.platform.Settings;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Refuses what a page of a foreign origin lets a browser send although CORS never asked about it:
///
/// - the upgrade to a WebSocket, of which browsers ask nobody before they send it;
/// - in open mode every request, since it needs no credential, and a form or a `text/plain` body
///   needs no preflight. Following a link is let pass: it acts on nothing, and the page that had it
///   does not see the answer.
///
/// Programs that are no browsers send neither `Origin` nor `Sec-Fetch-Site` and are not concerned.
@Singleton
public final class CrossSite {
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

  private final Origins origins;
  private final boolean open;

  @Inject
  CrossSite(Origins origins, Settings settings) {
    this(origins, settings.open());
  }

  CrossSite(Origins origins, boolean open) {
    this.origins = origins;
    this.open = open;
  }

  /// @throws dev.muster.server.platform.Refusal `origin_not_allowed`
  void refuseForeign(HttpServerRequest request, Arrival arrival) {
    if (!open && !Upgrades.isUpgrade(request)) {
      return;
    }
    List<String> sent = request.headers().getAll("Origin");
    if (!sent.stream().allMatch(origin -> origins.isWelcome(origin, arrival))
        || (sent.isEmpty() && comesFromElsewhere(request))) {
      throw Cors.notAllowed();
    }
  }

  private static boolean comesFromElsewhere(HttpServerRequest request) {
    @Nullable String site = request.getHeader("Sec-Fetch-Site");
    boolean followedLink =
        "navigate".equals(request.getHeader("Sec-Fetch-Mode"))
            && (request.method().equals(HttpMethod.GET)
                || request.method().equals(HttpMethod.HEAD));
    return site != null && !OWN_SITES.contains(site) && !followedLink;
  }
}
