package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class OwnSessionsApiTest {
  private static final String PASSWORD = ServerUnderTest.PASSWORD;
  private static final String NEW_PASSWORD = "another-good-password";

  private final Api admin = Api.ofNewOrganization();
  private final String email = Api.uniqueEmail();
  private final String id =
      admin
          .post(
              "/api/users/",
              Map.of("email", email, "name", "Ada", "password", PASSWORD, "role", "member"))
          .expect(201)
          .at("id");

  private Api.Answer logIn(String password) {
    return Api.anonymous()
        .withHeader("User-Agent", "Muster test")
        .post("/api/auth/login/", Map.of("email", email, "password", password));
  }

  private static Api.Answer change(Api caller, String current, String wanted) {
    return caller.post(
        "/api/users/me/password/", Map.of("current_password", current, "new_password", wanted));
  }

  @Test
  void peopleSeeAndEndTheirSessions() {
    Api one = Api.with(logIn(PASSWORD).at("access"));
    Api two = Api.with(logIn(PASSWORD).at("access"));
    Api.Answer list = one.get("/api/users/me/sessions/").expect(200);
    assertThat(list.node("count").asInt()).isEqualTo(2);
    assertThat(list.keys("results.0"))
        .containsExactlyInAnyOrder(
            "id", "created_at", "refreshed_at", "expires_at", "address", "user_agent", "current");
    assertThat(list.node("results.0.current").asBoolean()).isFalse();
    assertThat(list.node("results.1.current").asBoolean()).isTrue();
    assertThat(list.at("results.0.user_agent")).isEqualTo("Muster test");
    assertThat(list.at("results.0.address")).isEqualTo("127.0.0.1");
    Api.Answer second = one.get("/api/users/me/sessions/?limit=1&offset=1").expect(200);
    assertThat(second.at("results.0.id")).isEqualTo(list.at("results.1.id"));

    one.delete("/api/users/me/sessions/" + list.at("results.0.id")).expect(204);
    one.delete("/api/users/me/sessions/" + list.at("results.0.id")).expect(404);
    two.get("/api/users/me/").expect(401);
    Api three = Api.with(logIn(PASSWORD).at("access"));
    three.delete("/api/users/me/sessions/").expect(204);
    one.get("/api/users/me/").expect(401);
    three.get("/api/users/me/").expect(200);
    admin.delete("/api/users/" + id + "/sessions/").expect(204);
    three.get("/api/users/me/").expect(401);
  }

  @Test
  void anAccessTokenEndsWithALogout() {
    Api.Answer login = logIn(PASSWORD);
    Api ada = Api.with(login.at("access"));
    ada.get("/api/users/me/").expect(200);
    ada.post("/api/auth/logout/", Map.of("refresh", login.at("refresh"))).expect(204);
    ada.get("/api/users/me/").expect(401);
    ada.post("/api/auth/logout/", Map.of("refresh", login.at("refresh"))).expect(401);
  }

  @Test
  void aPasswordIsChangedByWhoKnowsTheCurrentOne() {
    Api.Answer other = logIn(PASSWORD);
    Api.Answer own = logIn(PASSWORD);
    Api ada = Api.with(own.at("access"));
    assertThat(change(ada, "not-the-password", NEW_PASSWORD).expect(422).fields())
        .containsExactly("current_password");
    assertThat(change(ada, PASSWORD, "short").expect(422).fields()).containsExactly("new_password");
    assertThat(ada.post("/api/users/me/password/", Map.of()).expect(422).fields())
        .containsExactly("current_password", "new_password");
    change(ada, PASSWORD, NEW_PASSWORD).expect(204);
    ada.get("/api/users/me/").expect(200);
    Api.with(other.at("access")).get("/api/users/me/").expect(401);
    logIn(PASSWORD).expect(401);
    logIn(NEW_PASSWORD).expect(200);
  }

  /// Whatever a login is sent along, it gives a session that nobody had before.
  @Test
  void aLoginAdoptsNothingThatItIsSent() {
    Api.Answer planted = logIn(PASSWORD);
    String session =
        Api.with(planted.at("access")).get("/api/users/me/sessions/").at("results.0.id");
    Api.Answer login =
        Api.with(planted.at("access"))
            .withHeader("Cookie", "session=" + session + "; sid=" + session)
            .post(
                "/api/auth/login/?sid=" + session,
                Map.of(
                    "email",
                    email,
                    "password",
                    PASSWORD,
                    "sid",
                    session,
                    "session",
                    session,
                    "refresh",
                    planted.at("refresh"),
                    "access",
                    planted.at("access")))
            .expect(200);
    assertThat(login.at("refresh")).isNotEqualTo(planted.at("refresh"));
    assertThat(login.at("access")).isNotEqualTo(planted.at("access"));
    assertThat(login.headers().firstValue("Set-Cookie")).isEmpty();
    Api.Answer sessions = Api.with(login.at("access")).get("/api/users/me/sessions/");
    assertThat(sessions.node("count").asInt()).isEqualTo(2);
    assertThat(sessions.at("results.0.id")).isNotEqualTo(session);
    Api.with(planted.at("access")).delete("/api/users/me/sessions/" + session).expect(204);
    Api.with(login.at("access")).get("/api/users/me/").expect(200);
  }

  @Test
  void onlyTheFirstOrganizationsAdminsRotateTheKeysAndNobodyIsLoggedOut() {
    Api ada = Api.with(logIn(PASSWORD).at("access"));
    admin.post("/api/auth/signing-keys/rotate/").expect(403);
    Api.Answer next = Api.home().post("/api/auth/signing-keys/rotate/").expect(201);
    assertThat(next.keys("")).containsExactlyInAnyOrder("id", "created_at", "signs_from");
    assertThat(Api.home().post("/api/auth/signing-keys/rotate/").expect(201).at("id"))
        .isEqualTo(next.at("id"));
    ada.get("/api/users/me/").expect(200);
    Api.with(logIn(PASSWORD).at("access")).get("/api/users/me/").expect(200);
  }
}
