package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Database;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `Idempotency-Key` over HTTP.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class IdempotencyApiTest {
  @Inject Database database;

  Api admin;

  @BeforeEach
  void anOrganization() {
    admin = Api.ofNewOrganization();
  }

  private static Api keyed(Api api, String key) {
    return api.withHeader("Idempotency-Key", key);
  }

  private int devices() {
    return admin.get("/api/devices/").node("count").asInt();
  }

  @Test
  void aLostAnswerGivesTheSameTokenAgain() {
    Api keyed = keyed(admin, "token-1");
    Api.Answer first = keyed.post("/api/enrollment-tokens/", Map.of()).expect(201);
    Api.Answer again = keyed.post("/api/enrollment-tokens/", Map.of()).expect(201);
    assertThat(again.text()).isEqualTo(first.text());
    assertThat(again.at("token")).startsWith("me_");
    assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
    assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
    for (String header : List.of("Content-Type", "Cache-Control")) {
      assertThat(again.headers().allValues(header)).isEqualTo(first.headers().allValues(header));
    }
    assertThat(again.headers().firstValue("X-Request-ID"))
        .isNotEqualTo(first.headers().firstValue("X-Request-ID"));
    assertThat(admin.get("/api/enrollment-tokens/").node("count").asInt()).isEqualTo(1);
    Api.with(again.at("token")).post("/enroll", EnrolledDevice.AGENT).expect(200);
  }

  @Test
  void theAnswerIsStoredSealed() {
    String token =
        keyed(admin, "sealed-1").post("/api/enrollment-tokens/", Map.of()).expect(201).at("token");
    List<byte[]> stored =
        database.acrossOrganizations(handle ->
            handle
                .createQuery(
                    "select sealed_answer from platform.idempotency where key = 'sealed-1'")
                .mapTo(byte[].class)
                .list());
    assertThat(stored).hasSize(1);
    assertThat(new String(stored.getFirst(), java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain(token);
  }

  @Test
  void ofManyAtOnceOneWorks() {
    List<Api.Answer> answers =
        Race.times(8, _ -> keyed(admin, "race").post("/api/devices/", Map.of("name", "d")));
    assertThat(devices()).isEqualTo(1);
    assertThat(answers.stream().filter(answer -> answer.status() == 201).map(Api.Answer::text))
        .isNotEmpty()
        .satisfies(bodies -> assertThat(bodies.stream().distinct()).hasSize(1));
    for (Api.Answer answer : answers) {
      if (answer.status() != 201) {
        assertThat(answer.expect(409).code()).isEqualTo("idempotency_key_in_use");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        ProblemShape.require(answer);
      }
    }
  }

  @Test
  void theKeyOfAnotherRequestIsRefused() {
    Api keyed = keyed(admin, "reused");
    keyed.post("/api/devices/", Map.of("name", "one")).expect(201);
    for (Api.Answer other :
        List.of(
            keyed.post("/api/devices/", Map.of("name", "two")),
            keyed.post("/api/devices/?x=1", Map.of("name", "one")),
            keyed.post("/api/groups/", Map.of("name", "one")))) {
      assertThat(other.expect(422).code()).isEqualTo("idempotency_key_reused");
      ProblemShape.require(other);
    }
    assertThat(devices()).isEqualTo(1);
  }

  @Test
  void anotherCallersKeyIsAnother() {
    keyed(admin, "mine").post("/api/devices/", Map.of("name", "a")).expect(201);
    Api operator = admin.newUser("operator");
    keyed(operator, "mine").post("/api/devices/", Map.of("name", "a")).expect(201);
    keyed(Api.ofNewOrganization(), "mine").post("/api/devices/", Map.of("name", "a")).expect(201);
    assertThat(devices()).isEqualTo(2);
  }

  @Test
  void whatIsRefusedMayBeMendedAndSentAgain() {
    Api keyed = keyed(admin, "mended");
    keyed.post("/api/devices/", Map.of("name", "")).expect(422);
    keyed.post("/api/devices/", Map.of("name", "x", "groups", List.of("none"))).expect(422);
    keyed.post("/api/devices/", Map.of("name", "x")).expect(201);
    assertThat(devices()).isEqualTo(1);
  }

  @Test
  void aMalformedKeyIsRefused() {
    for (String key : List.of(" ", "a b", "ü", "k".repeat(256))) {
      Api.Answer answer = keyed(admin, key).post("/api/devices/", Map.of("name", "x")).expect(400);
      assertThat(answer.code()).isEqualTo("invalid_parameter");
      assertThat(answer.fields()).containsExactly("Idempotency-Key");
    }
    keyed(admin, "k".repeat(255)).post("/api/devices/", Map.of("name", "x")).expect(201);
  }

  @Test
  void anAnswerWithoutABodyIsRepeatedToo() {
    Api keyed = keyed(admin, "empty");
    Api.Answer first = keyed.post("/api/auth/logout/", Map.of("refresh", "x")).expect(204);
    Api.Answer again = keyed.post("/api/auth/logout/", Map.of("refresh", "x")).expect(204);
    assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
    assertThat(again.text()).isEqualTo(first.text()).isEmpty();
  }

  @Test
  void anOrganizationIsMadeOnce() {
    String email = Api.uniqueEmail();
    Map<String, String> tenant =
        Map.of(
            "name",
            "t",
            "admin_email",
            email,
            "admin_name",
            "a",
            "admin_password",
            ServerUnderTest.PASSWORD);
    Api keyed = keyed(Api.home(), email);
    String first = keyed.post("/api/organizations/", tenant).expect(201).text();
    assertThat(keyed.post("/api/organizations/", tenant).expect(201).text()).isEqualTo(first);
  }

  @Test
  void aDevicesOwnPostsTakeKeysToo() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    Api keyed = keyed(device.self(), "report");
    keyed.post("/devices/" + device.id() + "/report", device.report(1, true)).expect(202);
    keyed.post("/devices/" + device.id() + "/report", device.report(1, true)).expect(202);
    assertThat(admin.get("/api/devices/" + device.id() + "/reports/").node("results")).hasSize(1);
  }

  @Test
  void otherMethodsAndPublicPathsIgnoreTheHeader() {
    keyed(admin, "not valid, but nobody looks").get("/api/devices/").expect(200);
    String id = admin.post("/api/devices/", Map.of("name", "x")).expect(201).at("device_id");
    Api keyed = keyed(admin, "patch");
    keyed.patch("/api/devices/" + id, Map.of("name", "y")).expect(200);
    keyed.patch("/api/devices/" + id, Map.of("name", "z")).expect(200);
    Map<String, String> login =
        Map.of("email", ServerUnderTest.ADMIN, "password", ServerUnderTest.PASSWORD);
    Api stranger = keyed(Api.anonymous(), "login");
    String first = stranger.post("/api/auth/login/", login).expect(200).at("refresh");
    assertThat(stranger.post("/api/auth/login/", login).expect(200).at("refresh"))
        .isNotEqualTo(first);
  }
}
