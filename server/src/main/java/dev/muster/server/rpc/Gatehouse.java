package dev.muster.server.rpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptor;
import jakarta.inject.Singleton;
import java.util.List;

/// The interceptors in the order in which a call passes them, and what they are told of each method
/// that is served.
@Singleton
final class Gatehouse {
  private final Calls entry;
  private final CallRecords records;
  private final Answers answers;
  private final Doorkeeper doorkeeper;
  private final OpenCalls calls;

  Gatehouse(
      Calls entry, CallRecords records, Answers answers, Doorkeeper doorkeeper, OpenCalls calls) {
    this.entry = entry;
    this.records = records;
    this.answers = answers;
    this.doorkeeper = doorkeeper;
    this.calls = calls;
  }

  List<ServerInterceptor> interceptors() {
    return List.of(entry, answers, doorkeeper);
  }

  OpenCalls calls() {
    return calls;
  }

  void serve(MethodDescriptor<?, ?> method, RpcService service) {
    String name = method.getFullMethodName();
    String bare = method.getBareMethodName();
    records.serve(name);
    if (service.open().contains(bare)) {
      doorkeeper.leaveOpen(name);
    }
    if (service.reading().contains(bare)) {
      doorkeeper.letRead(name);
    }
  }

  /// For the services that grpc-java brings along.
  void serveOpen(MethodDescriptor<?, ?> method) {
    String name = method.getFullMethodName();
    records.serve(name);
    doorkeeper.leaveOpen(name);
    doorkeeper.letRead(name);
  }
}
