package dev.muster.server.viewer;

import static java.util.Objects.requireNonNull;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.web.Gate;
import dev.muster.server.web.SocketCaller;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/// Lets those connect who may read, and who have not too many connections already. The gate has
/// found out who they are.
@Singleton
final class ViewerUpgrade implements HttpUpgradeCheck {
  static final TypedKey<String> CREDENTIAL = TypedKey.forString("muster.viewer-credential");
  private static final Map<String, List<String>> LATER = Map.of("Retry-After", List.of("30"));

  private final Map<String, Connections<?>> endpoints;

  ViewerUpgrade(Viewers viewers, Nudges nudges) {
    this.endpoints = Map.of(ViewerSocket.ID, viewers, NudgeSocket.ID, nudges);
  }

  @Override
  public boolean appliesTo(String endpointId) {
    return endpoints.containsKey(endpointId);
  }

  @Override
  public Uni<CheckResult> perform(HttpUpgradeContext upgrade) {
    Caller caller = SocketCaller.of(upgrade).orElse(null);
    if (caller == null) {
      return CheckResult.rejectUpgrade(401);
    }
    try {
      caller.require(Right.READ);
    } catch (Refusal refusal) {
      return CheckResult.rejectUpgrade(refusal.code().kind().httpStatus());
    }
    if (requireNonNull(endpoints.get(upgrade.endpointId())).isFull(caller)) {
      return CheckResult.rejectUpgrade(429, LATER);
    }
    String credential = Gate.credential(upgrade.httpRequest());
    if (credential != null) {
      upgrade.userData().put(CREDENTIAL, credential);
    }
    return CheckResult.permitUpgrade();
  }
}
