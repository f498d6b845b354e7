package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.DiskSpace;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.FullDiskServer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FullDiskServer.class)
@SuppressWarnings("NullAway.Init") // injected
class FullDiskTest {
  @Inject DiskSpace disk;

  @Test
  void writesAreRefusedInWordsAndReadsDeletionsAndLoginsGoOn() {
    assertThat(disk.found().freeBytes()).isPositive();
    Api admin = Api.home();
    for (String method : new String[] {"POST", "PUT", "PATCH"}) {
      Api.Answer refused = admin.send(method, "/api/policies/", "{}").expect(507);
      assertThat(refused.code()).isEqualTo("disk_full");
      assertThat(refused.at("detail")).contains("nearly full").contains("only reads or deletes");
    }
    admin.post("/api/enrollment-tokens/", Map.of()).expect(507);
    admin.get("/api/policies/").expect(200);
    admin.get("/devices").expect(200);
    admin.delete("/api/devices/none/token/").expect(404);
    assertThat(Api.anonymous().post("/api/policies/", "{}").status()).isEqualTo(401);
  }

  @Test
  void theNodeStaysInTheLoadBalancerAndSaysWhatIsWrong() {
    Api.Answer health = Api.anonymous().get("/api/health/").expect(200);
    assertThat(health.at("status")).isEqualTo("warning");
    assertThat(health.at("checks.disk.status")).isEqualTo("warning");
    assertThat(health.at("checks.disk.message"))
        .contains("writes are refused with 507 and reads go on")
        .contains("GiB")
        .doesNotContain("/");
    assertThat(Api.anonymous().get("/metrics").text())
        .containsPattern("muster_disk_free_bytes [1-9]");
  }
}
