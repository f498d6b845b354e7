package dev.muster.server.web;

import dev.muster.server.platform.Caller;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.vertx.ContextLocals;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.Optional;

/// Hands on who opened a WebSocket, as [Gate] found, from the upgrade to the connection and to the
/// checks of the endpoints, which come after this one.
@Singleton
@Priority(SocketCaller.BEFORE_ENDPOINTS)
public final class SocketCaller implements HttpUpgradeCheck {
  static final int BEFORE_ENDPOINTS = 1_000;
  private static final String LOCAL = "muster.caller";
  private static final TypedKey<Caller> CALLER = new TypedKey<>("muster.caller");

  SocketCaller() {}

  /// Who opened the connection.
  ///
  /// @throws NullPointerException when the endpoint's path is not guarded by the gate
  public static Caller of(WebSocketConnection connection) {
    return Objects.requireNonNull(connection.userData().get(CALLER), "the path is not guarded");
  }

  /// Who asks for the upgrade; absent when the endpoint's path is not guarded by the gate.
  public static Optional<Caller> of(HttpUpgradeContext upgrade) {
    return Optional.ofNullable(upgrade.userData().get(CALLER));
  }

  /// Keeps the caller with the request that this code runs for.
  static void keep(Caller caller) {
    ContextLocals.put(LOCAL, caller);
  }

  @Override
  public Uni<CheckResult> perform(HttpUpgradeContext upgrade) {
    Optional<Caller> caller = ContextLocals.get(LOCAL);
    caller.ifPresent(found -> upgrade.userData().put(CALLER, found));
    return CheckResult.permitUpgrade();
  }
}
