package dev.muster.cli;

import com.google.protobuf.Message;
import dev.muster.cli.client.ServerAddress;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A real gRPC server on loopback with the fleet service: each RPC answers as a test says, and the
/// server remembers what it was asked. An RPC of which nothing was said is UNIMPLEMENTED.
public final class FakeFleet implements AutoCloseable {

  /// A call as it came: the RPC's name, its request, and the authorization of its metadata or "".
  public record Asked(String rpc, Message request, String authorization) {}

  /// Answers one call.
  public interface Answer {
    void to(Message request, StreamObserver<Message> out) throws Exception;
  }

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> CALLER = Context.key("authorization");

  private final Server server;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  public FakeFleet() throws IOException {
    this(InsecureServerCredentials.create());
  }

  public FakeFleet(ServerCredentials credentials) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        OkHttpServerBuilder.forPort(address, credentials)
            .addService(ServerInterceptors.intercept(service(), new Recorder()))
            .build()
            .start();
  }

  public int port() {
    return server.getPort();
  }

  public ServerAddress.Grpc address() {
    return new ServerAddress.Grpc("localhost", port());
  }

  /// Answers an RPC from now on.
  public FakeFleet on(String rpc, Answer answer) {
    answers.put(rpc, answer);
    return this;
  }

  /// The same with messages that are always the same.
  public FakeFleet on(String rpc, Message... messages) {
    return on(
        rpc,
        (_, out) -> {
          List.of(messages).forEach(out::onNext);
          out.onCompleted();
        });
  }

  /// The same with a refusal.
  public FakeFleet refuse(String rpc, Status status) {
    return on(rpc, (_, out) -> out.onError(status.asRuntimeException()));
  }

  public List<Asked> asked() {
    return asked;
  }

  public List<String> rpcs() {
    return asked.stream().map(Asked::rpc).toList();
  }

  private ServerServiceDefinition service() {
    var descriptor = DeviceManagementServiceGrpc.getServiceDescriptor();
    var service = ServerServiceDefinition.builder(descriptor);
    for (MethodDescriptor<?, ?> method : descriptor.getMethods()) {
      add(service, method);
    }
    return service.build();
  }

  @SuppressWarnings("unchecked") // every message is a Message
  private void add(ServerServiceDefinition.Builder service, MethodDescriptor<?, ?> method) {
    String rpc = Objects.requireNonNull(method.getBareMethodName());
    service.addMethod(
        (MethodDescriptor<Message, Message>) method,
        ServerCalls.asyncServerStreamingCall((request, out) -> answer(rpc, request, out)));
  }

  private void answer(String rpc, Message request, StreamObserver<Message> out) {
    asked.add(new Asked(rpc, request, CALLER.get()));
    Answer answer = answers.get(rpc);
    if (answer == null) {
      out.onError(Status.UNIMPLEMENTED.withDescription("No " + rpc).asRuntimeException());
      return;
    }
    try {
      answer.to(request, out);
    } catch (Exception e) {
      out.onError(Status.fromThrowable(e).asRuntimeException());
    }
  }

  private static final class Recorder implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String caller = Objects.requireNonNullElse(headers.get(AUTHORIZATION), "");
      return Contexts.interceptCall(
          Context.current().withValue(CALLER, caller), call, headers, next);
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
