package dev.muster.server.edge;

import dev.muster.server.platform.Refusal;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/// The order in which a request passes this package: who comes and how ([Arrival]), the headers of
/// every answer, whether a page may read the answer, and only then what is refused, so that a page
/// can read why.
@Singleton
public final class Edge {
  private final Proxies proxies;
  private final SecurityHeaders headers;
  private final Hosts hosts;
  private final Cors cors;
  private final CrossSite crossSite;

  Edge(Proxies proxies, SecurityHeaders headers, Hosts hosts, Cors cors, CrossSite crossSite) {
    this.proxies = proxies;
    this.headers = headers;
    this.hosts = hosts;
    this.cors = cors;
    this.crossSite = crossSite;
  }

  /// @return whether the request is answered already and goes no further
  /// @throws Refusal `host_not_allowed`, `origin_not_allowed`
  public boolean answered(RoutingContext context) {
    HttpServerRequest request = context.request();
    Arrival arrival = proxies.arrival(request);
    arrival.keepIn(context);
    headers.put(request, arrival);
    if (cors.answered(request)) {
      return true;
    }
    hosts.requireServed(arrival, request.localAddress().hostAddress());
    crossSite.refuseForeign(request, arrival);
    return false;
  }
}
