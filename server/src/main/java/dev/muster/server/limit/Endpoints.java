package dev.muster.server.limit;

import dev.muster.server.platform.Caller;
import java.util.Optional;

/// Which class a request or call belongs to.
public final class Endpoints {
  private Endpoints() {}

  /// Of a path that needs no credential. Empty for what is never limited: who asks whether the node
  /// is well must not take it for dead because others ask much.
  public static Optional<EndpointClass> open(String path) {
    if (isHealth(path)) {
      return Optional.empty();
    }
    return Optional.of(
        under(path, "/api/auth/login") || under(path, "/api/auth/refresh")
            ? EndpointClass.LOGIN
            : EndpointClass.OPEN);
  }

  private static boolean isHealth(String path) {
    return under(path, "/health") || under(path, "/healthz") || under(path, "/api/health");
  }

  /// Of a request of somebody who is known.
  ///
  /// @param reading whether its method changes nothing
  public static EndpointClass of(Caller caller, boolean reading, String path) {
    return switch (caller) {
      case Caller.Enroller _ -> EndpointClass.ENROLL;
      case Caller.Device _ ->
          under(path, "/v1/heartbeat") || under(path, "/v1/heartbeats")
              ? EndpointClass.HEARTBEAT
              : EndpointClass.DEVICE;
      case Caller.Person _, Caller.Key _, Caller.Server _ ->
          isBulk(path) ? EndpointClass.BULK : of(reading);
    };
  }

  private static boolean isBulk(String path) {
    return under(path, "/api/devices/bulk")
        || under(path, "/api/devices/bulk-status")
        || under(path, "/api/actions/batch")
        || under(path, "/api/backup")
        || under(path, "/api/audit/export");
  }

  /// Of a gRPC method of somebody who is known.
  ///
  /// @param method bare or full name
  public static EndpointClass of(Caller caller, String method, boolean reading) {
    return switch (caller) {
      case Caller.Enroller _ -> EndpointClass.ENROLL;
      case Caller.Device _ -> EndpointClass.DEVICE;
      case Caller.Person _, Caller.Key _, Caller.Server _ ->
          method.contains("Bulk") || method.contains("Batch") ? EndpointClass.BULK : of(reading);
    };
  }

  private static EndpointClass of(boolean reading) {
    return reading ? EndpointClass.READ : EndpointClass.WRITE;
  }

  private static boolean under(String path, String prefix) {
    return path.startsWith(prefix)
        && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
  }
}
