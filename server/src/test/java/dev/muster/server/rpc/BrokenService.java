package dev.muster.server.rpc;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/// A service of the tests' own that fails in the way that it is asked to.
@Singleton
public final class BrokenService implements RpcService {
  static final String SECRET = "select password from users";
  static final List<String> WAYS = List.of("exception", "error", "status", "observer");

  private static final Marshaller<String> TEXT =
      new Marshaller<>() {
        @Override
        public InputStream stream(String value) {
          return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
          try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException failure) {
            throw new UncheckedIOException(failure);
          }
        }
      };

  static final MethodDescriptor<String, String> METHOD =
      MethodDescriptor.newBuilder(TEXT, TEXT)
          .setType(MethodType.UNARY)
          .setFullMethodName("test.Broken/Fail")
          .build();

  @Override
  public Set<String> open() {
    return Set.of();
  }

  @Override
  public Set<String> reading() {
    return Set.of();
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder("test.Broken")
        .addMethod(METHOD, ServerCalls.asyncUnaryCall(BrokenService::fail))
        .build();
  }

  private static void fail(String how, StreamObserver<String> observer) {
    IllegalStateException failure = new IllegalStateException(SECRET);
    switch (how) {
      case "exception" -> throw failure;
      case "error" -> throw new AssertionError(SECRET);
      case "status" ->
          throw io.grpc.Status.UNKNOWN
              .withDescription(SECRET)
              .withCause(failure)
              .asRuntimeException();
      default -> observer.onError(failure);
    }
  }
}
