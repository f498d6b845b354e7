package dev.muster.server.testing;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Real channels to the server under test, which tells its port on `/api/info`.
public final class Grpc {
  private static final Map<Integer, ManagedChannel> CHANNELS = new ConcurrentHashMap<>();

  private Grpc() {}

  public static int port() {
    return Api.anonymous().get("/api/info").expect(200).node("grpc_port").asInt();
  }

  /// Without a credential.
  public static ManagedChannel channel() {
    return CHANNELS.computeIfAbsent(
        port(), port -> NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build());
  }

  /// With the credential of `caller`.
  public static Channel as(Api caller) {
    @Nullable String credential = caller.credential();
    return credential == null ? channel() : with("authorization", "Bearer " + credential);
  }

  public static Channel with(String name, String value) {
    return with(channel(), name, value);
  }

  /// The same channel with metadata more on every call.
  public static Channel with(Channel channel, String name, String value) {
    Metadata metadata = new Metadata();
    metadata.put(key(name), value);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  public static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
