package dev.muster.cli.fleet;

import dev.muster.fleet.GetServerInfoRequest;

/// What the server of a fleet service says of itself.
public final class FleetServer {

  private FleetServer() {}

  /// Base address of its REST API, as it was sent.
  public static String url(Fleet fleet) {
    return fleet
        .call(stub -> stub.getServerInfo(GetServerInfoRequest.getDefaultInstance()))
        .getUrl();
  }
}
