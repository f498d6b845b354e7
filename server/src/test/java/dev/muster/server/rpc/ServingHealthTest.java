package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.DatabasePool;
import dev.muster.server.platform.DatabaseProbe;
import dev.muster.server.platform.DiskSpace;
import dev.muster.server.platform.Health;
import dev.muster.server.platform.PoolUse;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.TestPostgres;
import dev.muster.server.testing.TestSettings;
import io.agroal.api.AgroalDataSource;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc.HealthImplBase;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServingHealthTest {
  private static ServingStatus status(ServingHealth health, String service) {
    List<ServingStatus> heard = new ArrayList<>();
    ((HealthImplBase) health.service())
        .check(
            HealthCheckRequest.newBuilder().setService(service).build(),
            new StreamObserver<>() {
              @Override
              public void onNext(HealthCheckResponse answer) {
                heard.add(answer.getStatus());
              }

              @Override
              public void onError(Throwable failure) {
                throw new AssertionError(failure);
              }

              @Override
              public void onCompleted() {}
            });
    return heard.getFirst();
  }

  @Test
  void aServerWithoutItsDatabaseDoesNotServe() {
    try (AgroalDataSource pool =
        DatabasePool.openForProbe("jdbc:postgresql://127.0.0.1:1/none", "x", "x")) {
      ServingHealth health =
          new ServingHealth(
              new Health(
                  new DatabaseProbe(pool, new MutableClock()),
                  new PoolUse(pool),
                  DiskSpace.unseen(TestSettings.of(Map.of()).disk()),
                  List.of()));
      health.tellOf("some.Service");
      health.look();
      assertThat(status(health, "")).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(status(health, "some.Service")).isEqualTo(ServingStatus.NOT_SERVING);
    }
  }

  @Test
  void oneThatStopsSaysSoForGood() {
    try (AgroalDataSource pool =
        DatabasePool.openForProbe(
            TestPostgres.url(TestPostgres.freshDatabase()), "muster", TestPostgres.password())) {
      ServingHealth health =
          new ServingHealth(
              new Health(
                  new DatabaseProbe(pool, new MutableClock()),
                  new PoolUse(pool),
                  DiskSpace.unseen(TestSettings.of(Map.of()).disk()),
                  List.of()));
      health.look();
      health.stop();
      health.look();
      assertThat(status(health, "")).isEqualTo(ServingStatus.NOT_SERVING);
    }
  }
}
