package dev.muster.cli.fleet;

import dev.muster.cli.Table;
import dev.muster.cli.client.Caller;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.ServerAddress;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceBlockingStub;
import io.grpc.ConnectivityState;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.SslSocketFactoryChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// One server's fleet service. It connects at the first call, within five seconds or not at all; an
/// expired access token is renewed once per call; every refusal is a [Failure].
public final class Fleet implements AutoCloseable {

  /// Where the service is and who calls.
  ///
  /// @param tls absent when it speaks without TLS
  public record Peer(ServerAddress.Grpc address, Optional<SSLSocketFactory> tls, Caller caller) {}

  private static final long CONNECTING_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long CALL_SECONDS = 60;
  private static final int LARGEST_ANSWER = 64 << 20;
  // Servers take pings more frequent than every five minutes for an attack unless told otherwise.
  private static final long KEEP_ALIVE_MINUTES = 6;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final String CHECK =
      """
        Check that:
          - the server runs there: ./muster server
          - this is the port of its fleet service (gRPC), 50051 unless set otherwise; or give its URL
          - no firewall is between, and --ca FILE names its certificate authority if it speaks TLS\
      """;

  private record Connected(ManagedChannel channel, Caller caller) {}

  private final Supplier<Peer> found;
  private @Nullable Connected connected;

  /// @param found finds the server, when the first call is made
  public Fleet(Supplier<Peer> found) {
    this.found = found;
  }

  /// Calls, and waits for the answer.
  <R> R call(Function<DeviceManagementServiceBlockingStub, R> rpc) {
    return renewing(stub -> rpc.apply(stub.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)));
  }

  /// The same without a limit of time, for streams. `rpc` reads the stream to its end.
  <R> R stream(Function<DeviceManagementServiceBlockingStub, R> rpc) {
    return renewing(rpc);
  }

  private <R> R renewing(Function<DeviceManagementServiceBlockingStub, R> rpc) {
    Connected to = connected();
    Optional<String> access = to.caller().access();
    if (to.channel().getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      // Who calls again has waited already, and not for the up to two minutes of a channel.
      to.channel().resetConnectBackoff();
    }
    try {
      return rpc.apply(stub(to, access));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.UNAUTHENTICATED || access.isEmpty()) {
        throw refused(e);
      }
      Optional<String> renewed = to.caller().renew(access.get());
      if (renewed.isEmpty()) {
        throw refused(e);
      }
      try {
        return rpc.apply(stub(to, renewed));
      } catch (StatusRuntimeException again) {
        throw refused(again);
      }
    }
  }

  private static DeviceManagementServiceBlockingStub stub(Connected to, Optional<String> access) {
    var stub = DeviceManagementServiceGrpc.newBlockingStub(to.channel());
    if (access.isEmpty()) {
      return stub;
    }
    var metadata = new Metadata();
    metadata.put(AUTHORIZATION, "Bearer " + access.get());
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  private static Failure refused(StatusRuntimeException e) {
    Status status = e.getStatus();
    if (status.getCause() instanceof InterruptedException) {
      return new Failure.Interrupted();
    }
    String details = status.getDescription() == null ? "" : status.getDescription();
    return new Failure.Rpc(status.getCode().name(), Table.printable(details));
  }

  private Connected connected() {
    Connected known = connected;
    if (known != null) {
      return known;
    }
    Peer peer = found.get();
    ManagedChannel channel = channel(peer);
    if (!isReady(channel)) {
      Optional<String> why = why(channel);
      channel.shutdownNow();
      throw unreachable(peer.address(), why);
    }
    var made = new Connected(channel, peer.caller());
    connected = made;
    return made;
  }

  private static ManagedChannel channel(Peer peer) {
    var credentials =
        peer.tls()
            .map(SslSocketFactoryChannelCredentials::create)
            .orElseGet(InsecureChannelCredentials::create);
    return OkHttpChannelBuilder.forAddress(
            peer.address().host(), peer.address().port(), credentials)
        .maxInboundMessageSize(LARGEST_ANSWER)
        .keepAliveTime(KEEP_ALIVE_MINUTES, TimeUnit.MINUTES)
        .build();
  }

  private static boolean isReady(ManagedChannel channel) {
    long end = System.nanoTime() + CONNECTING_NANOS;
    ConnectivityState state = channel.getState(true);
    try {
      while (state == ConnectivityState.IDLE || state == ConnectivityState.CONNECTING) {
        var changed = new CountDownLatch(1);
        channel.notifyWhenStateChanged(state, changed::countDown);
        if (!changed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          return false;
        }
        state = channel.getState(true);
      }
    } catch (InterruptedException _) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
      throw new Failure.Interrupted();
    }
    return state == ConnectivityState.READY;
  }

  /// Why there is no connection, when it is something that a person can mend: a channel tells that
  /// by a call that fails at once.
  private static Optional<String> why(ManagedChannel channel) {
    if (channel.getState(false) != ConnectivityState.TRANSIENT_FAILURE) {
      return Optional.empty();
    }
    try {
      var _ =
          DeviceManagementServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(1, TimeUnit.SECONDS)
              .getServerInfo(dev.muster.fleet.GetServerInfoRequest.getDefaultInstance());
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCause() instanceof SSLException
          ? Optional.of(
              "Its certificate is not trusted or not valid for that name, or it does not speak TLS."
                  + " A private certificate authority is named with --ca FILE.")
          : Optional.empty();
    }
  }

  /// The failure of a server that is not there; what to check follows below it.
  public static Failure unreachable(ServerAddress.Grpc address, Optional<String> why) {
    String known = why.map(reason -> "  " + reason + "\n").orElse("");
    return new Failure.Told("✗ Could not connect to server " + address + "\n" + known + CHECK, 1);
  }

  @Override
  public void close() {
    Connected known = connected;
    if (known != null) {
      known.channel().shutdownNow();
    }
  }
}
