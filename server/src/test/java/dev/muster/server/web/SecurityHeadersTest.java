package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.RawHttp;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class SecurityHeadersTest {
  private static void guarded(Api.Answer answer) {
    var headers = answer.headers();
    assertThat(headers.allValues("X-Content-Type-Options")).containsExactly("nosniff");
    assertThat(headers.allValues("Referrer-Policy")).containsExactly("no-referrer");
    assertThat(headers.allValues("X-Frame-Options")).containsExactly("DENY");
    assertThat(headers.allValues("Cross-Origin-Opener-Policy")).containsExactly("same-origin");
    assertThat(headers.allValues("Cross-Origin-Resource-Policy")).containsExactly("same-origin");
    assertThat(headers.allValues("Permissions-Policy"))
        .singleElement()
        .asString()
        .contains("camera=()");
    assertThat(headers.allValues("Content-Security-Policy"))
        .singleElement()
        .asString()
        .contains("default-src 'none'", "frame-ancestors 'none'");
    assertThat(headers.firstValue("Strict-Transport-Security")).isEmpty();
    assertThat(headers.map().keySet()).noneMatch(name -> name.startsWith("access-control-"));
  }

  @Test
  void everyAnswerHasThem() {
    Api admin = Api.ofNewOrganization();
    List<Api.Answer> answers =
        List.of(
            admin.get("/api/devices/"),
            admin.post("/api/devices/", Map.of("name", "x")),
            admin.post("/api/devices/", "{"),
            admin.get("/api/devices/none"),
            admin.delete("/api/devices/"),
            admin.post("/api/devices/", "x".repeat(1024 * 1024 + 1)),
            admin.get("/devices"),
            Api.anonymous().get("/api/devices/"),
            Api.anonymous().get("/nowhere"),
            Api.anonymous().get("/"),
            Api.anonymous().get("/health"),
            Api.anonymous().get("/metrics"),
            Api.anonymous().get("/openapi"),
            Api.anonymous().get("/docs/"));
    assertThat(answers).extracting(Api.Answer::status).contains(200, 201, 400, 404, 405, 413, 401);
    answers.forEach(SecurityHeadersTest::guarded);
  }

  @Test
  void noCacheKeepsAnAnswerOfTheApi() {
    Api admin = Api.ofNewOrganization();
    for (Api.Answer answer :
        List.of(
            admin.get("/api/devices/"),
            admin.get("/devices"),
            admin.get("/api/devices/none"),
            Api.anonymous().get("/api/devices/"),
            Api.anonymous().post("/api/auth/login/", Map.of("email", "x", "password", "x")))) {
      assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    }
  }

  @Test
  void thePolicyOfTheApiPageLetsItWork() {
    Api.Answer page = Api.anonymous().get("/docs/").expect(200);
    String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
    assertThat(policy).contains("script-src 'self'", "style-src 'self'", "connect-src 'self'");
    assertThat(page.text()).doesNotContain("src=\"http", "href=\"http");
    assertThat(
            Api.anonymous()
                .get("/api/info")
                .headers()
                .firstValue("Content-Security-Policy")
                .orElse(""))
        .doesNotContain("unsafe-inline");
  }

  @Test
  void aStrangersHeadersAboutProxiesAreNotBelieved() {
    assertThat(
            RawHttp.exchange(
                "GET /health HTTP/1.1",
                "X-Forwarded-For: 203.0.113.1",
                "X-Forwarded-Proto: https",
                "Forwarded: for=203.0.113.1;proto=https"))
        .startsWith("HTTP/1.1 200")
        .doesNotContain("Strict-Transport-Security");
  }
}
