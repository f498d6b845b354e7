package dev.muster.server.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Refuses messages with text that the database cannot hold, naming each field, as the JSON reader
/// does on REST. (That text is UTF-8 is protobuf's own rule.)
final class StorableText implements ServerInterceptor {
  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(Q message) {
        if (message instanceof Message read) {
          requireStorable(read);
        }
        super.onMessage(message);
      }
    };
  }

  /// @throws Refusal `invalid fields`
  static void requireStorable(Message message) {
    List<Refusal.FieldError> errors = new ArrayList<>();
    look(message, "", errors);
    if (!errors.isEmpty()) {
      throw Refusal.invalid(errors);
    }
  }

  private static void look(Message message, String path, List<Refusal.FieldError> errors) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      if (field.getJavaType() != JavaType.STRING && field.getJavaType() != JavaType.MESSAGE) {
        continue;
      }
      String name = path + field.getName();
      if (entry.getValue() instanceof List<?> values) {
        for (int i = 0; i < values.size(); i++) {
          lookAt(values.get(i), name + "[" + i + "]", errors);
        }
      } else {
        lookAt(entry.getValue(), name, errors);
      }
    }
  }

  private static void lookAt(Object value, String name, List<Refusal.FieldError> errors) {
    if (value instanceof Message message) {
      look(message, name + ".", errors);
    } else if (value instanceof String text && !JsonText.isStorable(text)) {
      errors.add(new Refusal.FieldError(name, JsonText.UNSTORABLE));
    }
  }
}
