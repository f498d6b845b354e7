package dev.muster.server.rpc;

import dev.muster.server.edge.Arrival;
import dev.muster.server.edge.Hosts;
import dev.muster.server.edge.Proxies;
import dev.muster.server.limit.EndpointClass;
import dev.muster.server.limit.Endpoints;
import dev.muster.server.limit.Limits;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.DiskSpace;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.Callers;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What every call passes before it is served, in this order: the host that it asked for, its
/// credential, how often its caller calls, the room on the disk, and how many calls its caller has
/// open. Calls of health are never too many.
///
/// A call that needs no credential, takes one message and answers one is not counted: whoever holds
/// streams, nobody is kept from asking whether the server is well.
@Singleton
final class Doorkeeper implements ServerInterceptor {
  static final String NO_CREDENTIAL =
      "Send a credential: the metadata authorization with \"Bearer …\", an access token of"
          + " /api/auth/login/ or an API key.";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> DEVICE_TOKEN =
      Metadata.Key.of("x-device-token", Metadata.ASCII_STRING_MARSHALLER);

  private static final String HEALTH = "grpc.health.";

  private final Callers callers;
  private final Hosts hosts;
  private final Proxies proxies;
  private final Limits limits;
  private final DiskSpace disk;
  private final OpenCalls calls;
  private final Set<String> open = ConcurrentHashMap.newKeySet();
  private final Set<String> reading = ConcurrentHashMap.newKeySet();

  Doorkeeper(
      Callers callers,
      Hosts hosts,
      Proxies proxies,
      Limits limits,
      DiskSpace disk,
      OpenCalls calls) {
    this.callers = callers;
    this.hosts = hosts;
    this.proxies = proxies;
    this.limits = limits;
    this.disk = disk;
    this.calls = calls;
  }

  /// From here on `method` needs no credential.
  void leaveOpen(String method) {
    open.add(method);
  }

  /// From here on `method` is known to write nothing.
  void letRead(String method) {
    reading.add(method);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    RpcCall rpc = RpcCall.current();
    Arrival arrival = arrival(call);
    hosts.requireHere(arrival);
    String network = proxies.client(arrival, name -> all(headers, name)).network();
    boolean isOpen = open.contains(rpc.method());
    boolean isReading = reading.contains(rpc.method());
    if (!isOpen) {
      String credential = requireReadable(headers, network);
      Caller caller = callers.identify(credential, network, NO_CREDENTIAL);
      rpc.enterAs(caller, credential);
      limits.require(caller, Endpoints.of(caller, rpc.method(), isReading));
    } else if (!rpc.method().startsWith(HEALTH)) {
      limits.require(network, EndpointClass.OPEN);
    }
    if (!isReading) {
      disk.requireRoom();
    }
    if (isOpen && call.getMethodDescriptor().getType() == MethodType.UNARY) {
      return next.startCall(call, headers);
    }
    return calls.admit(rpc, network, () -> next.startCall(call, headers));
  }

  /// What the caller shows; null is left for those to refuse who know whether it is enough.
  ///
  /// @throws Refusal `unauthenticated`, `rate_limited`
  private @Nullable String requireReadable(Metadata headers, String network) {
    String authorization = headers.get(AUTHORIZATION);
    String deviceToken = headers.get(DEVICE_TOKEN);
    if (authorization == null && deviceToken == null && callers.needNoCredential()) {
      return null;
    }
    if (authorization == null && deviceToken == null) {
      limits.require(network, EndpointClass.OPEN);
    }
    return Callers.shown(deviceToken, authorization);
  }

  private static List<String> all(Metadata headers, String name) {
    Iterable<String> values =
        headers.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    List<String> all = new ArrayList<>();
    if (values != null) {
      values.forEach(all::add);
    }
    return all;
  }

  private static Arrival arrival(ServerCall<?, ?> call) {
    Attributes attributes = call.getAttributes();
    boolean encrypted = attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION) != null;
    String address =
        attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress peer
            ? peer.getAddress().getHostAddress()
            : "";
    return new Arrival(address, encrypted ? "https" : "http", call.getAuthority());
  }
}
