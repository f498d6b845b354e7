package dev.muster.server.fleet;

import dev.muster.fleet.GetServerInfoResponse;
import dev.muster.server.edge.Origin;
import dev.muster.server.edge.PublicUrl;
import dev.muster.server.platform.GrpcAddress;
import dev.muster.server.platform.Settings;
import dev.muster.server.rpc.RpcCall;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Tells who knows this port where the other one is.
@Singleton
final class ServerInfo {
  private final Settings settings;
  private final PublicUrl publicUrl;
  private final GrpcAddress grpc;
  private final String version;

  ServerInfo(
      Settings settings,
      PublicUrl publicUrl,
      GrpcAddress grpc,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.settings = settings;
    this.publicUrl = publicUrl;
    this.grpc = grpc;
    this.version = version;
  }

  /// Without a public URL the host is the one that the caller used, as it reached the server.
  GetServerInfoResponse show(RpcCall call) {
    String scheme = grpc.isEncrypted() ? "https" : "http";
    String called = call.authority() == null ? settings.host() : call.authority();
    String host = Origin.parse(scheme + "://" + called).map(Origin::host).orElse(settings.host());
    return GetServerInfoResponse.newBuilder()
        .setVersion(version)
        .setUrl(
            publicUrl.base().orElseGet(() -> new Origin(scheme, host, settings.port()).toString()))
        .setGrpcAddress(host + ":" + grpc.port().orElse(settings.grpcPort()))
        .setGrpcTls(grpc.isEncrypted())
        .build();
  }
}
