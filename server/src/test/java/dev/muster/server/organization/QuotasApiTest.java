package dev.muster.server.organization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Quotas over HTTP.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class QuotasApiTest {
  Api home;
  Api admin;
  String path;

  @BeforeEach
  void anOrganization() {
    home = Api.home();
    admin = Api.ofNewOrganization();
    path = "/api/organizations/" + admin.get("/api/organizations/me/").expect(200).at("id");
  }

  private Api.Answer limit(String quota, @Nullable Long limit) {
    Map<String, @Nullable Long> quotas = new TreeMap<>();
    quotas.put(quota, limit);
    return home.patch(path, Map.of("quotas", quotas));
  }

  private long usage(String quota) {
    return admin.get("/api/organizations/me/").expect(200).node("usage." + quota).asLong();
  }

  private static void exceeded(Api.Answer answer, String... words) {
    assertThat(answer.expect(409).code()).isEqualTo("quota_exceeded");
    for (String word : words) {
      assertThat(answer.at("detail")).contains(word);
    }
  }

  @Test
  void devicesReachTheLimitAndNeverExceedIt() {
    limit("devices", 5L).expect(200);
    List<Api.Answer> answers =
        Race.times(16, _ -> admin.post("/api/devices/", Map.of("name", "d")));
    assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(5);
    answers.stream()
        .filter(answer -> answer.status() != 201)
        .forEach(answer -> exceeded(answer, "5 devices", "would make 6", "erase devices"));
    assertThat(usage("devices")).isEqualTo(5);
    assertThat(admin.get("/api/devices/").node("count").asInt()).isEqualTo(5);
  }

  @Test
  void anErasedDeviceMakesRoom() {
    limit("devices", 1L).expect(200);
    String first = admin.post("/api/devices/", Map.of("name", "d")).expect(201).at("device_id");
    exceeded(admin.post("/api/devices/", Map.of("name", "d")));
    admin.delete("/api/devices/" + first).expect(204);
    admin.post("/api/devices/", Map.of("name", "d")).expect(201);
  }

  @Test
  void aDeviceThatEnrollsIsToldClearlyAndSpendsNoUse() {
    limit("devices", 1L).expect(200);
    EnrolledDevice.in(admin);
    Api.Answer token = admin.post("/api/enrollment-tokens/", Map.of()).expect(201);
    exceeded(
        Api.with(token.at("token")).post("/enroll", EnrolledDevice.AGENT),
        "1 device,",
        "ask those who run the server");
    assertThat(admin.get("/api/enrollment-tokens/").node("results.0.uses").asInt()).isZero();
    limit("devices", null).expect(200);
    Api.with(token.at("token")).post("/enroll", EnrolledDevice.AGENT).expect(200);
  }

  @Test
  void enrollmentTokensAndKeysCountTogether() {
    limit("tokens", 2L).expect(200);
    Map<String, Object> key = Map.of("name", "k", "scopes", List.of("read"));
    admin.post("/api/keys/", key).expect(201);
    String token = admin.post("/api/enrollment-tokens/", Map.of()).expect(201).at("id");
    exceeded(admin.post("/api/keys/", key), "2 enrollment tokens and API keys");
    exceeded(admin.post("/api/enrollment-tokens/", Map.of()), "Revoke");
    admin.delete("/api/enrollment-tokens/" + token).expect(204);
    admin.post("/api/keys/", key).expect(201);
    assertThat(usage("tokens")).isEqualTo(2);
  }

  @Test
  void payloadsCountTheirBytes() {
    long before = usage("storage_bytes");
    assertThat(before).isPositive();
    limit("storage_bytes", before + 40).expect(200);
    admin.post("/api/policies/", Map.of("name", "p", "type", "CUSTOM")).expect(201);
    Map<String, Object> payload = Map.of("payload", Map.of("text", "x".repeat(20)));
    admin.post("/api/policies/p/versions/", payload).expect(201);
    assertThat(usage("storage_bytes")).isEqualTo(before + "{\"text\": \"\"}".length() + 20);
    exceeded(admin.post("/api/policies/p/versions/", payload), "bytes of stored documents");
    assertThat(admin.get("/api/policies/p").node("current_version").asInt()).isEqualTo(1);
  }

  @Test
  void loweringForbidsNewOnesOnlyAndNullIsTheDefaultAgain() {
    admin.post("/api/devices/", Map.of("name", "a")).expect(201);
    admin.post("/api/devices/", Map.of("name", "b")).expect(201);
    Api.Answer lowered = limit("devices", 1L).expect(200);
    assertThat(lowered.node("quotas.devices").asInt()).isEqualTo(1);
    assertThat(lowered.node("quota_overrides.devices").asInt()).isEqualTo(1);
    assertThat(lowered.node("usage.devices").asInt()).isEqualTo(2);
    exceeded(admin.post("/api/devices/", Map.of("name", "c")));
    assertThat(admin.get("/api/devices/").node("count").asInt()).isEqualTo(2);
    Api.Answer raised = limit("devices", null).expect(200);
    assertThat(raised.node("quotas.devices").asInt()).isZero();
    assertThat(raised.node("quota_overrides.devices").isNull()).isTrue();
    admin.post("/api/devices/", Map.of("name", "c")).expect(201);
  }

  @Test
  void aQuotaIsSetByTheAdminsOfTheFirstOrganizationAlone() {
    admin.patch(path, Map.of("name", "x")).expect(403);
    admin.get(path).expect(403);
    home.patch(path, Map.of("name", "Renamed")).expect(200);
    assertThat(admin.get("/api/organizations/me/").at("name")).isEqualTo("Renamed");
    assertThat(admin.get("/api/audit/?action=organization.changed").expect(200).text())
        .contains("Renamed");
    assertThat(limit("devices", -1L).expect(422).fields()).containsExactly("quotas.devices");
    assertThat(home.patch(path, Map.of("quotas", Map.of("devices", "many"))).expect(422).fields())
        .containsExactly("quotas.devices");
    home.patch(path, Map.of("name", " ")).expect(422);
    home.patch("/api/organizations/nothing", Map.of("name", "x")).expect(404);
  }
}
