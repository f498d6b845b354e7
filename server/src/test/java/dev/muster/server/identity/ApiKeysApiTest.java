package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class ApiKeysApiTest {
  private final Api admin = Api.ofNewOrganization();

  private Api.Answer make(String... scopes) {
    return admin.post("/api/keys/", Map.of("name", "ci", "scopes", List.of(scopes)));
  }

  @Test
  void aKeyIsShownOnceAndLetsItsHolderIn() {
    Api.Answer made =
        admin
            .post(
                "/api/keys/",
                Map.of(
                    "name",
                    " ci ",
                    "scopes",
                    List.of("devices", "users:read"),
                    "expires_in_seconds",
                    3600))
            .expect(201);
    assertThat(made.keys(""))
        .containsExactlyInAnyOrder(
            "id",
            "key",
            "name",
            "scopes",
            "created_by",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at");
    assertThat(made.at("name")).isEqualTo("ci");
    assertThat(made.node("scopes").toString()).isEqualTo("[\"devices\",\"users:read\"]");
    assertThat(made.at("created_by")).isEqualTo(admin.get("/api/users/me/").at("id"));
    assertThat(made.headers().firstValue("Cache-Control").orElse("")).contains("no-store");

    Api program = Api.with(made.at("key"));
    program.post("/api/devices/", Map.of("name", "d")).expect(201);
    program.get("/api/users/").expect(200);
    program.post("/api/policies/", Map.of("name", "p", "type", "APPS")).expect(403);
    program.get("/api/keys/").expect(403);
    assertThat(program.get("/api/users/me/").expect(403).at("detail")).contains("person");

    String path = "/api/keys/" + made.at("id");
    Api.Answer one = admin.get(path).expect(200);
    assertThat(one.body().has("key")).isFalse();
    assertThat(one.at("last_used_at")).endsWith("Z");
    assertThat(admin.get("/api/keys").expect(200).text()).doesNotContain(made.at("key"));

    admin.delete(path).expect(204);
    admin.delete(path).expect(204);
    program.get("/api/devices/").expect(401);
    assertThat(admin.get(path).at("revoked_at")).endsWith("Z");
  }

  @Test
  void aKeyDoesWhatADoorAsksOfAPersonsRight() {
    Api policies = Api.with(make("policies", "enrollment").expect(201).at("key"));
    policies.post("/api/policies/", Map.of("name", "k", "type", "APPS")).expect(201);
    policies.post("/api/policies/k/versions/", Map.of()).expect(201);
    policies.post("/api/policies/k/versions/", Map.of()).expect(201);
    policies.post("/api/policies/k/rollback/1/").expect(202);
    String device = admin.post("/api/devices/", Map.of("name", "d")).at("device_id");
    policies.post("/api/devices/" + device + "/assign-policy/k/").expect(202);
    policies.get("/devices/" + device + "/policy").expect(200);
    policies.get("/devices/" + device + "/status").expect(200);
    policies.post("/api/enrollment-tokens/", Map.of()).expect(201);
    policies
        .post("/enroll", Map.of("model", "m", "osVersion", "1", "agentVersion", "1"))
        .expect(403);
    policies
        .post(
            "/devices/" + device + "/report",
            Map.of("appliedPolicyVersion", 1, "cameraDisabled", true, "compliant", true))
        .expect(403);
    policies.post("/api/auth/logout/", Map.of("refresh", "mr_x")).expect(204);
  }

  @Test
  void everyBadFieldIsNamed() {
    assertThat(admin.post("/api/keys/", Map.of()).expect(422).fields())
        .containsExactly("name", "scopes");
    assertThat(make().expect(422).fields()).containsExactly("scopes");
    Api.Answer unknown = make("read", "everything").expect(422);
    assertThat(unknown.at("detail")).contains("scopes").contains("users:read");
    for (Object lifetime : new Object[] {0, -1, 315_360_001L, "soon"}) {
      Api.Answer refused =
          admin.post(
              "/api/keys/",
              Map.of("name", "x", "scopes", List.of("read"), "expires_in_seconds", lifetime));
      assertThat(refused.expect(422).fields()).containsExactly("expires_in_seconds");
    }
    assertThat(admin.get("/api/keys/").node("count").asInt()).isZero();
  }
}
