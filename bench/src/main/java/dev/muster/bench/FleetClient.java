package dev.muster.bench;

import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The fleet service as a program calls it, over a few connections.
final class FleetClient implements AutoCloseable {
  private static final int CONNECTIONS = 4;

  private final List<ManagedChannel> channels;
  private final List<DeviceManagementServiceBlockingStub> stubs;

  /// @param port on the loopback address
  /// @param credential null where none is asked for
  FleetClient(int port, @Nullable String credential) {
    channels =
        IntStream.range(0, CONNECTIONS)
            .mapToObj(_ -> NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build())
            .toList();
    Metadata headers = new Metadata();
    if (credential != null) {
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
          "Bearer " + credential);
    }
    stubs =
        channels.stream()
            .map(DeviceManagementServiceGrpc::newBlockingStub)
            .map(stub -> stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)))
            .toList();
  }

  /// The service, over one of the connections.
  DeviceManagementServiceBlockingStub over(int connection) {
    return stubs
        .get(Math.floorMod(connection, stubs.size()))
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
