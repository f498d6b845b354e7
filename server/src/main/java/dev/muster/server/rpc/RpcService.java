package dev.muster.server.rpc;

import io.grpc.BindableService;
import java.util.Set;

/// A gRPC service of a room. It names its exceptions, so that a method that nobody thought of needs
/// a credential and counts as one that writes.
public interface RpcService extends BindableService {
  /// Bare names of the methods that need no credential.
  Set<String> open();

  /// Bare names of the methods that write nothing, and so are answered while the disk is full.
  Set<String> reading();
}
