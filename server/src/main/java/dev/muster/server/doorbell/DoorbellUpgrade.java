package dev.muster.server.doorbell;

import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.Gate;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.OptionalInt;

/// Lets devices connect to the doorbell, and nobody else. The gate has checked the credential of
/// the handshake but cannot hand on who called, so the token is checked here once more, which the
/// cache makes cheap.
@Singleton
final class DoorbellUpgrade implements HttpUpgradeCheck {
  static final TypedKey<Caller.Device> DEVICE = new TypedKey<>("muster.device");
  static final TypedKey<String> CREDENTIAL = TypedKey.forString("muster.credential");

  private final DeviceTokens tokens;

  DoorbellUpgrade(DeviceTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public boolean appliesTo(String endpointId) {
    return endpointId.equals(DoorbellSocket.ID);
  }

  @Override
  public Uni<CheckResult> perform(HttpUpgradeContext context) {
    String credential = Gate.credential(context.httpRequest());
    if (credential == null || !DeviceTokens.isOne(credential)) {
      return CheckResult.rejectUpgrade(403);
    }
    Context loop = Vertx.currentContext();
    context.httpRequest().pause();
    return Uni.createFrom()
        .item(() -> check(context, credential))
        .runSubscriptionOn(Thread::startVirtualThread)
        .emitOn(task ->
            loop.runOnContext(_ -> {
              context.httpRequest().resume();
              task.run();
            }))
        .flatMap(refused ->
            refused.isEmpty()
                ? CheckResult.permitUpgrade()
                : CheckResult.rejectUpgrade(refused.getAsInt()));
  }

  /// The status with which the device is refused; empty when it may connect.
  private OptionalInt check(HttpUpgradeContext context, String credential) {
    try {
      context.userData().put(DEVICE, tokens.check(credential));
      context.userData().put(CREDENTIAL, credential);
      return OptionalInt.empty();
    } catch (Refusal refusal) {
      return OptionalInt.of(refusal.code().kind().httpStatus());
    }
  }
}
