package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.RawHttp;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each status that every surface shares, with its code.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class ProblemsTest {
  Api admin;

  @BeforeEach
  void makeOrganization() {
    admin = Api.ofNewOrganization();
  }

  private static void refused(Api.Answer answer, int status, String code) {
    ProblemShape.require(answer.expect(status));
    assertThat(answer.code()).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api",
        "/api/",
        "/api/nothing",
        "/api/auth",
        "/v1",
        "/v1/nothing",
        "/enroll",
        "/enroll/nothing",
        "/devices",
        "/devices/a/b/c",
        "//api/policies",
        "/./api/policies",
        "/api/../api/policies",
        "/%61pi/policies",
        "/api;x/policies"
      })
  void aStrangerIsUnauthenticatedBeforeRouting(String path) {
    refused(Api.anonymous().get(path), 401, "unauthenticated");
    refused(Api.anonymous().send("DELETE", path, null), 401, "unauthenticated");
  }

  @Test
  void whatIsNotServedIsNotFoundForThoseWhoMayAsk() {
    refused(admin.get("/api/nothing"), 404, "not_found");
    refused(admin.get("/devices/a/b/c"), 404, "not_found");
    refused(Api.anonymous().get("/nothing"), 404, "not_found");
    refused(admin.get("/api/devices/none/"), 404, "not_found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "a.b.c", "md_x", "me_x", "mk_x", "", "md_", "x x"})
  void aBadCredentialIsUnauthenticated(String credential) {
    Api.Answer answer = Api.with(credential).get("/api/devices/").expect(401);
    ProblemShape.require(answer);
    if (!credential.isEmpty()) {
      assertThat(answer.text()).doesNotContain("\"" + credential + "\"");
    }
  }

  @Test
  void onlyBearerIsAScheme() {
    refused(
        Api.anonymous().withHeader("Authorization", "Basic YTpi").get("/api/devices/"),
        401,
        "unauthenticated");
    String token = String.valueOf(admin.credential());
    Api.anonymous().withHeader("Authorization", "bearer " + token).get("/api/devices/").expect(200);
  }

  @Test
  void aCallerWithoutTheRightIsForbidden() {
    refused(admin.newUser("viewer").post("/api/groups/", Map.of("name", "g")), 403, "forbidden");
  }

  @Test
  void aMethodThatIsNotServedIsNotAllowed() {
    refused(admin.put("/api/policies/", Map.of()), 405, "method_not_allowed");
    refused(admin.delete("/enroll"), 405, "method_not_allowed");
    refused(admin.send("WHATEVER", "/api/policies/", null), 405, "method_not_allowed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded"})
  void aBodyThatIsNotJsonIsOfAnUnsupportedType(String type) {
    refused(
        admin.withHeader("Content-Type", type).post("/api/policies/", "{\"name\": \"x\"}"),
        415,
        "unsupported_media_type");
  }

  @Test
  void whatCannotBeWrittenAsAskedIsNotAcceptable() {
    refused(admin.withHeader("Accept", "image/png").get("/api/policies/"), 406, "not_acceptable");
  }

  @Test
  void aConflictSaysWithWhat() {
    admin.post("/api/groups/", Map.of("name", "g")).expect(201);
    refused(admin.post("/api/groups/", Map.of("name", "g")), 409, "already_exists");
  }

  @Test
  void aBodyIsTooLargeAboveOneMebibyteAndNotBelow() {
    String text = "x".repeat(1024 * 1024 - "{\"name\":\"\"}".length());
    assertThat(admin.post("/api/groups/", "{\"name\":\"" + text + "\"}").expect(422).fields())
        .containsExactly("name");
    refused(admin.post("/api/groups/", "{\"name\":\"" + text + "x\"}"), 413, "too_large");
  }

  @Test
  void tooLargeIsSaidBeforeAuthentication() {
    String answer =
        RawHttp.exchange(
            "POST /api/groups/ HTTP/1.1",
            "Content-Type: application/json",
            "Content-Length: 1048577");
    assertThat(answer).startsWith("HTTP/1.1 413 ").contains("\"code\":\"too_large\"");
    assertThat(answer.toLowerCase(java.util.Locale.ROOT)).contains("x-request-id:");
  }

  @Test
  void aStreamedBodyThatGrowsTooLargeIsCutOff() {
    refused(
        admin.postInChunks("/api/groups/", "{\"name\":\"" + "x".repeat(1_100_000) + "\"}"),
        413,
        "too_large");
    admin.postInChunks("/api/groups/", "{\"name\":\"streamed\"}").expect(201);
  }

  @Test
  void aBodyThatIsTooLargeIsSoWhoeverSendsItAndHowever() {
    String large = "x".repeat(1_100_000);
    for (Api stranger : List.of(Api.anonymous(), Api.with("a.b.c"), Api.with("mk_none"))) {
      ProblemShape.require(stranger.postInChunks("/api/groups/", large).expect(413));
      ProblemShape.require(stranger.post("/api/groups/", large).expect(413));
      ProblemShape.require(stranger.postInChunks("/api/groups/", "{}").expect(401));
      ProblemShape.require(stranger.postInChunks("/api/groups/", "x".repeat(1 << 20)).expect(401));
    }
  }

  @Test
  void theRequestIdIsTheCallersOrANewOne() {
    Api named = admin.withHeader("X-Request-ID", "trace-1:a.b_c");
    assertThat(named.get("/api/groups/").headers().firstValue("X-Request-ID"))
        .contains("trace-1:a.b_c");
    assertThat(named.get("/api/nothing").headers().firstValue("X-Request-ID"))
        .contains("trace-1:a.b_c");
    for (String odd : new String[] {"a b", "x".repeat(129), "<script>"}) {
      Api.Answer answer = admin.withHeader("X-Request-ID", odd).get("/health");
      assertThat(UUID.fromString(answer.headers().firstValue("X-Request-ID").orElseThrow()))
          .isNotNull();
    }
    assertThat(Api.anonymous().get("/").headers().firstValue("X-Request-ID")).isPresent();
    assertThat(Api.anonymous().get("/docs/").headers().firstValue("X-Request-ID")).isPresent();
  }

  @Test
  void theRootLeadsBrowsersOnAndAnswersOthersShortly() {
    Api.Answer browser = Api.anonymous().withHeader("Accept", "text/html,*/*").get("/").expect(303);
    assertThat(browser.headers().firstValue("Location").orElseThrow()).endsWith("/docs");
    assertThat(Api.anonymous().get("/").expect(200).at("name")).isEqualTo("muster");
  }

  @Test
  void healthAnswersEverybodyWithAndWithoutSlash() {
    for (String path : new String[] {"/health", "/health/", "/healthz", "/healthz/"}) {
      assertThat(Api.anonymous().get(path).expect(200).text())
          .isEqualTo("{\"status\":\"healthy\"}");
    }
    Api.Answer ready = Api.anonymous().get("/api/health/").expect(200);
    assertThat(ready.at("status")).isEqualTo("healthy");
    assertThat(ready.keys("checks.database")).containsExactlyInAnyOrder("status", "message");
  }
}
