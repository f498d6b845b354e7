package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.RawHttp;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Input that no honest client sends: refused with the right status, in words, and nothing done.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class BadInputTest {
  private static final String DEEP = "[".repeat(1_500) + "]".repeat(1_500);

  Api admin;

  @BeforeEach
  void makeOrganization() {
    admin = Api.ofNewOrganization();
    admin.post("/api/policies/", Map.of("name", "ours", "type", "CUSTOM")).expect(201);
  }

  @AfterEach
  void nothingWasDone() {
    assertThat(admin.get("/api/policies/").node("count").asInt()).isEqualTo(1);
    assertThat(admin.get("/api/policies/ours").node("current_version").isNull()).isTrue();
    assertThat(admin.get("/api/devices/").node("count").asInt()).isZero();
  }

  private Api.Answer publish(Object body) {
    return ProblemShape.require(admin.post("/api/policies/ours/versions/", body));
  }

  private void invalid(Object body, String... fields) {
    Api.Answer refused = publish(body).expect(422);
    assertThat(refused.fields()).containsExactly(fields);
    assertThat(refused.text()).doesNotContain("is not valid here");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "}",
        "[1",
        "\"",
        "nul",
        "{payload: {}}",
        "{'payload': {}}",
        "{\"payload\": {}} {}",
        "{\"payload\": {\"a\": }}",
        "{\"payload\": {\"a\": NaN}}",
        "{\"payload\": {\"a\": 01}}",
        "{\"payload\": {\"a\": 1, \"a\": 2}}",
        "{\"payload\": {}, \"payload\": {}}",
        "{\"comment\": \"\t\"}",
        "{\"comment\": \"\\u12\"}",
        "{\"comment\": \"\\x\"}",
        "{\"payload\": {\"a\": [1, 2}}",
        "{/* why */}"
      })
  void textThatIsNoJsonIsMalformedWhereverItStands(String body) {
    Api.Answer refused = publish(body).expect(400);
    assertThat(refused.code()).isEqualTo("malformed_request");
    assertThat(refused.at("detail")).startsWith("The body is not valid JSON");
  }

  @Test
  void bytesThatAreNoUtf8AreMalformed() {
    byte[] body = "{\"comment\": \"x\"}".getBytes(StandardCharsets.UTF_8);
    body[13] = (byte) 0xff;
    publish(body).expect(400);
    publish("{\"comment\": \"í\u00a0\u0080\"}".getBytes(StandardCharsets.ISO_8859_1)).expect(400);
  }

  @Test
  void whatWouldExhaustTheReaderIsMalformed() {
    String endless = "{\"a\":[".repeat(140_000); // nearly a MiB, and never closed
    for (String value : List.of(DEEP, endless, "9".repeat(5_000))) {
      assertThat(publish("{\"payload\": {\"a\": " + value + "}}").expect(400).code())
          .isEqualTo("malformed_request");
    }
    assertThat(publish("{\"payload\": {\"" + "k".repeat(60_000) + "\": 1}}").status())
        .isBetween(400, 422);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null"})
  void aBodyThatIsMissingIsAskedForInWords(String body) {
    for (String path : List.of("/api/policies/", "/api/devices/", "/api/groups/", "/api/users/")) {
      Api.Answer refused = ProblemShape.require(admin.post(path, body).expect(400));
      assertThat(refused.code()).isEqualTo("malformed_request");
      assertThat(refused.at("detail")).contains("JSON object");
    }
    Api enroller = EnrolledDevice.enroller(admin);
    assertThat(enroller.post("/enroll", body).expect(400).code()).isEqualTo("malformed_request");
    assertThat(enroller.post("/v1/register").expect(400).code()).isEqualTo("malformed_request");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "5", "\"x\"", "true"})
  void aBodyOfAnotherShapeMustBeAnObject(String body) {
    invalid(body, "body");
    assertThat(publish(body).at("detail")).isEqualTo("body: must be an object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\u0000", "\\ud800", "\\udc00", "\\udc00\\ud800", "a\\ud83d b"})
  void textThatNobodyCanStoreIsNamedByField(String text) {
    invalid("{\"comment\": \"" + text + "\"}", "comment");
    invalid("{\"payload\": {\"a\": \"" + text + "\"}}", "payload.a");
    invalid("{\"payload\": {\"a\": {\"b\": [1, \"" + text + "\"]}}}", "payload.a.b[1]");
    // Jackson itself takes half a pair in a name for malformed
    assertThat(publish("{\"payload\": {\"" + text + "\": 1}}").status()).isIn(List.of(400, 422));
    assertThat(
            admin
                .post("/api/devices/", "{\"name\": \"x\", \"tags\": [\"a\", \"" + text + "\"]}")
                .expect(422)
                .fields())
        .containsExactly("tags[1]");
    assertThat(
            admin
                .patch("/api/policies/ours/settings/", "{\"set\": {\"a\": \"" + text + "\"}}")
                .expect(422)
                .fields())
        .containsExactly("set.a");
  }

  @Test
  void numbersThatAreTooLongOrTooLargeAreNamedByField() {
    invalid("{\"payload\": {\"a\": 1e999999999}}", "payload.a");
    invalid("{\"payload\": {\"a\": -1e-999999999}}", "payload.a");
    invalid("{\"payload\": {\"a\": " + "9".repeat(401) + "}}", "payload.a");
    invalid("{\"payload\": {\"passwordMinLength\": 1e99}}", "payload.passwordMinLength");
    for (String number : List.of("1e999999999", "99999999999", "1.5", "\"1\"", "true", "{}")) {
      invalid("{\"base_version\": " + number + "}", "base_version");
    }
  }

  @Test
  void everyWrongFieldIsReportedAtOnceWrongTypesAndMissingOnesAlike() {
    invalid(
        "{\"payload\": [], \"comment\": 5, \"base_version\": \"x\", \"unknown\": []}",
        "base_version",
        "comment",
        "payload");
    assertThat(
            admin
                .post("/api/devices/", "{\"platform\": 5, \"tags\": [\"\"], \"groups\": \"x\"}")
                .expect(422)
                .fields())
        .containsExactly("groups", "name", "platform", "tags[0]");
    assertThat(
            admin
                .post("/api/policies/", "{\"type\": 7, \"priority\": 1001, \"description\": []}")
                .expect(422)
                .fields())
        .containsExactly("description", "name", "priority", "type");
  }

  @Test
  void textThatIsTooLongIsNamedByField() {
    invalid(Map.of("comment", "x".repeat(2_001)), "comment");
    invalid(Map.of("payload", Map.of("k".repeat(129), 1)), "payload." + "k".repeat(129));
    assertThat(
            admin
                .post("/api/devices/", Map.of("name", "x".repeat(201), "type", "x".repeat(201)))
                .expect(422)
                .fields())
        .containsExactly("name", "type");
  }

  @Test
  void oddHandlesAreRefused() {
    List<String> odd =
        List.of(
            "",
            " ",
            "a b",
            "a/b",
            "ü",
            "a\n",
            "\n",
            "a%20",
            "..\\",
            "x".repeat(129),
            "💡",
            UUID.randomUUID().toString(),
            UUID.randomUUID().toString().toUpperCase(java.util.Locale.ROOT));
    for (String handle : odd) {
      assertThat(
              admin
                  .post("/api/devices/", Map.of("name", "x", "device_id", handle))
                  .expect(422)
                  .fields())
          .as(handle)
          .containsExactly("device_id");
    }
    admin.get("/api/devices/a%20b/").expect(404);
    admin.get("/api/devices/a%2Fb").expect(404);
    admin.get("/devices/%F0%9F%92%A1/status").expect(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/policies/%00", "/api/policies/a%00b/", "/api/policies/?limit=%00",
        "/api/policies/%ED%A0%80", "/api/policies/%FF", "/api/policies/?x=%ED%A0%80",
        "/api/policies/?x=%C0%80", "/devices/%ED%B0%80/policy", "/api/devices/?search=%FF"
      })
  void aPathOrQueryThatIsNoTextIsABadParameter(String target) {
    Api.Answer refused = ProblemShape.require(admin.get(target).expect(400));
    assertThat(refused.code()).isEqualTo("invalid_parameter");
    assertThat(refused.fields()).containsExactly(target.contains("?") ? "query" : "path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/policies/%",
        "/api/policies/%zz",
        "/api/policies/?x=%",
        "/api/a|b",
        "/health?^"
      })
  void aTargetThatIsNoUriIsABadParameterToo(String target) {
    String answer = RawHttp.exchange("GET " + target + " HTTP/1.1");
    assertThat(answer)
        .startsWith("HTTP/1.1 400 ")
        .contains("application/problem+json")
        .contains("X-Request-ID: ")
        .contains("\"code\":\"invalid_parameter\"");
  }

  @Test
  void unknownKeysAreIgnoredEverywhere() {
    Api enroller = EnrolledDevice.enroller(admin);
    assertThat(enroller.post("/v1/register", "{\"unknown\": {\"a\": [1]}}").expect(422).fields())
        .containsExactly("alias");
    assertThat(admin.post("/api/devices/", "{\"unknown\": null}").expect(422).fields())
        .containsExactly("name");
  }
}
