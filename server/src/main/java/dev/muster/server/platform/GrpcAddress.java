package dev.muster.server.platform;

import jakarta.inject.Singleton;
import java.util.OptionalInt;

/// Where this node answers gRPC, for those who know another of its addresses.
@Singleton
public final class GrpcAddress {
  private final boolean encrypted;
  private volatile int port;

  GrpcAddress(Settings settings) {
    this.encrypted = settings.tls().certificate().isPresent();
  }

  /// Says which port it is, which with `muster.grpc-port=0` only the system knows.
  public void bound(int opened) {
    port = opened;
  }

  /// Absent on a node that answers nothing, and before the port is open.
  public OptionalInt port() {
    return port == 0 ? OptionalInt.empty() : OptionalInt.of(port);
  }

  /// Whether that port speaks TLS.
  public boolean isEncrypted() {
    return encrypted;
  }
}
