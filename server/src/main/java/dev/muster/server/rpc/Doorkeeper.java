package dev.muster.server.rpc;

import dev.muster.server.edge.Arrival;
import dev.muster.server.edge.Hosts;
import dev.muster.server.platform.DiskSpace;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What every call passes before it is served, in this order: the host that it asked for, its
/// credential, the room on the disk, and how many calls its caller has open.
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

  private final Callers callers;
  private final Hosts hosts;
  private final DiskSpace disk;
  private final OpenCalls calls;
  private final Set<String> open = ConcurrentHashMap.newKeySet();
  private final Set<String> reading = ConcurrentHashMap.newKeySet();

  Doorkeeper(Callers callers, Hosts hosts, DiskSpace disk, OpenCalls calls) {
    this.callers = callers;
    this.hosts = hosts;
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
    boolean isOpen = open.contains(rpc.method());
    if (!isOpen) {
      String credential = credential(headers);
      rpc.enterAs(callers.identify(credential, NO_CREDENTIAL), credential);
    }
    if (!reading.contains(rpc.method())) {
      disk.requireRoom();
    }
    if (isOpen && call.getMethodDescriptor().getType() == MethodType.UNARY) {
      return next.startCall(call, headers);
    }
    return calls.admit(rpc, arrival.address(), () -> next.startCall(call, headers));
  }

  private static @Nullable String credential(Metadata headers) {
    return Callers.shown(headers.get(DEVICE_TOKEN), headers.get(AUTHORIZATION));
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
