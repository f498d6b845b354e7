package dev.muster.server.rpc;

import dev.muster.server.platform.Health;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The health service (`grpc.health.v1`). SERVING for the server as a whole, and for each of its
/// services, as long as no check of [Health] is unhealthy: the same that `/api/health` answers.
@Singleton
final class ServingHealth {
  private final Health health;
  private final HealthStatusManager statuses = new HealthStatusManager();
  private final List<String> services =
      new CopyOnWriteArrayList<>(List.of(HealthStatusManager.SERVICE_NAME_ALL_SERVICES));

  ServingHealth(Health health) {
    this.health = health;
  }

  BindableService service() {
    return statuses.getHealthService();
  }

  void tellOf(String service) {
    services.add(service);
  }

  /// Looks at the checks, and tells those who watch when the answer is another.
  void look() {
    boolean well =
        health.checks().values().stream()
            .noneMatch(check -> check.status() == Health.Status.UNHEALTHY);
    services.forEach(service ->
        statuses.setStatus(service, well ? ServingStatus.SERVING : ServingStatus.NOT_SERVING));
  }

  /// Tells balancers to go elsewhere; it is not taken back.
  void stop() {
    statuses.enterTerminalState();
  }
}
