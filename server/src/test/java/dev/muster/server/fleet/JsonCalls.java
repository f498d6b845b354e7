package dev.muster.server.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Calls a service through the messages and methods that were generated for it, by their names. So
/// one test runs through the stubs of more than one .proto.
///
/// @param service as generated
record JsonCalls(ServiceDescriptor service, Channel channel) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// The answer with all its fields, by the names of the .proto. Numbers of 64 bits are texts.
  JsonNode call(String method, Map<String, ?> request) {
    MethodDescriptor<Message, Message> found = method(method);
    try {
      Message.Builder message =
          ((PrototypeMarshaller<Message>) found.getRequestMarshaller())
              .getMessagePrototype()
              .newBuilderForType();
      JsonFormat.parser().merge(JSON.writeValueAsString(request), message);
      Message answer =
          ClientCalls.blockingUnaryCall(channel, found, CallOptions.DEFAULT, message.build());
      return JSON.readTree(
          JsonFormat.printer()
              .alwaysPrintFieldsWithNoPresence()
              .preservingProtoFieldNames()
              .print(answer));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// `CODE details`, as clients show a call that failed; `OK` when it did not.
  String failure(String method, Map<String, ?> request) {
    try {
      var _ = call(method, request);
      return "OK";
    } catch (StatusRuntimeException failure) {
      @Nullable String details = failure.getStatus().getDescription();
      return failure.getStatus().getCode() + " " + details;
    }
  }

  @SuppressWarnings("unchecked") // of generated methods
  private MethodDescriptor<Message, Message> method(String name) {
    return service.getMethods().stream()
        .filter(method -> name.equals(method.getBareMethodName()))
        .map(method -> (MethodDescriptor<Message, Message>) method)
        .findFirst()
        .orElseThrow();
  }
}
