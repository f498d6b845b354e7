package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class SessionsApiTest {
  private static final String PASSWORD = ServerUnderTest.PASSWORD;

  private final Api nobody = Api.anonymous();

  /// A user of a new organization, with the admin who may change them.
  private record Someone(Api admin, String id, String email) {
    static Someone create() {
      Api admin = Api.ofNewOrganization();
      String email = Api.uniqueEmail();
      String id =
          admin
              .post(
                  "/api/users/",
                  Map.of("email", email, "name", "Ada", "password", PASSWORD, "role", "viewer"))
              .expect(201)
              .at("id");
      return new Someone(admin, id, email);
    }

    Api.Answer logIn(String password) {
      return Api.anonymous().post("/api/auth/login/", Map.of("email", email, "password", password));
    }

    void change(Map<String, Object> change) {
      admin.patch("/api/users/" + id + "/", change).expect(200);
    }
  }

  private Api.Answer refresh(String token) {
    return nobody.post("/api/auth/refresh/", Map.of("refresh", token));
  }

  @Test
  void theSameUserAndFingerprintGiveTheSameDevice() {
    Someone someone = Someone.create();
    Map<String, Object> login =
        Map.of(
            "email",
            someone.email,
            "password",
            PASSWORD,
            "deviceFingerprint",
            "tablet-7",
            "deviceName",
            "Ann's tablet");
    Api.Answer first = nobody.post("/api/auth/login/", login).expect(200);
    Api.Answer again = nobody.post("/api/auth/login/", login).expect(200);

    assertThat(first.keys("device")).containsExactlyInAnyOrder("id", "name");
    assertThat(first.at("device.name")).isEqualTo("Ann's tablet");
    assertThat(again.at("device.id")).isEqualTo(first.at("device.id"));
    Api.Answer row = someone.admin.get("/api/devices/" + first.at("device.id") + "/").expect(200);
    assertThat(row.at("user")).isEqualTo(someone.id());
    assertThat(row.at("device_fingerprint")).isEqualTo("tablet-7");

    someone.admin.post("/api/devices/" + first.at("device.id") + "/deactivate/").expect(200);
    assertThat(nobody.post("/api/auth/login/", login).expect(403).code())
        .isEqualTo("device_deactivated");
  }

  @Test
  void aLoginGivesTokensAndTheUser() {
    Someone someone = Someone.create();
    Api.Answer answer = someone.logIn(PASSWORD).expect(200);
    assertThat(answer.body().fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("access", "refresh", "user");
    assertThat(answer.node("user").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("id", "email", "name", "organization_id", "role");
    assertThat(answer.at("user.id")).isEqualTo(someone.id());
    assertThat(answer.at("refresh")).startsWith("mr_").hasSizeGreaterThan(43);
    assertThat(Api.with(answer.at("access")).get("/api/users/me").expect(200).at("id"))
        .isEqualTo(someone.id());
    nobody
        .post(
            "/api/auth/login",
            Map.of(
                "username",
                someone.email().toUpperCase(Locale.ROOT),
                "password",
                PASSWORD,
                "deviceFingerprint",
                "f",
                "deviceName",
                "n"))
        .expect(200);
  }

  @Test
  void whateverIsWrongWithALoginIsAnsweredAlike() {
    Someone someone = Someone.create();
    Api.Answer wrong = someone.logIn("not-the-password").expect(401);
    assertThat(wrong.at("detail")).isEqualTo("No active account found with the given credentials");
    assertThat(wrong.code()).isEqualTo("login_failed");
    Api.Answer unknown =
        nobody.post("/api/auth/login/", Map.of("email", Api.uniqueEmail(), "password", PASSWORD));
    someone.change(Map.of("is_active", false));
    for (Api.Answer other :
        List.of(unknown, someone.logIn(PASSWORD), someone.logIn("x".repeat(80)))) {
      assertThat(other.expect(401).text()).isEqualTo(wrong.text());
    }
  }

  @Test
  void aMissingFieldIsNamed() {
    Api.Answer answer = nobody.post("/api/auth/login/", Map.of("password", PASSWORD));
    assertThat(answer.expect(422).at("errors.0.field")).isEqualTo("email");
    answer = nobody.post("/api/auth/login/", Map.of("email", "ada@example.org"));
    assertThat(answer.expect(422).at("errors.0.field")).isEqualTo("password");
    nobody.post("/api/auth/refresh/", Map.of()).expect(422);
    nobody.post("/api/auth/login/", "{\"email\":1,\"password\":\"x\"}").expect(422);
    nobody.post("/api/auth/login/", "nonsense").expect(400);
  }

  @Test
  void aRefreshTokenIsGoodForOneUseAndASecondEndsTheSession() {
    String first = Someone.create().logIn(PASSWORD).at("refresh");
    Api.Answer answer = refresh(first).expect(200);
    assertThat(answer.body().fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("access", "refresh");
    Api.with(answer.at("access")).get("/api/users/me/").expect(200);
    String second = refresh(answer.at("refresh")).expect(200).at("refresh");
    assertThat(refresh(first).expect(401).code()).isEqualTo("unauthenticated");
    refresh(second).expect(401);
    refresh("mr_unknown").expect(401);
  }

  @Test
  void ofManyUsesOfOneRefreshTokenAtOnceOneSucceedsAndTheSessionEnds() {
    String token = Someone.create().logIn(PASSWORD).at("refresh");
    List<Api.Answer> answers = Race.of(16, _ -> () -> refresh(token));
    List<Api.Answer> good = answers.stream().filter(a -> a.status() == 200).toList();
    assertThat(good).hasSize(1);
    assertThat(answers).filteredOn(a -> a.status() == 401).hasSize(15);
    refresh(good.getFirst().at("refresh")).expect(401);
  }

  @Test
  void logoutEndsTheCallersSessionOnly() {
    Someone someone = Someone.create();
    Api.Answer one = someone.logIn(PASSWORD);
    Api.Answer other = someone.logIn(PASSWORD);
    nobody.post("/api/auth/logout/", Map.of("refresh", one.at("refresh"))).expect(401);
    someone.admin().post("/api/auth/logout/", Map.of("refresh", one.at("refresh"))).expect(204);
    String renewed = refresh(one.at("refresh")).expect(200).at("refresh");
    Api.with(one.at("access")).post("/api/auth/logout/", Map.of("refresh", renewed)).expect(204);
    refresh(renewed).expect(401);
    refresh(other.at("refresh")).expect(200);
  }

  @Test
  void aDeactivatedUserIsRefusedAtOnceAndForGood() {
    Someone someone = Someone.create();
    Api.Answer login = someone.logIn(PASSWORD);
    Api user = Api.with(login.at("access"));
    user.get("/api/users/me/").expect(200);
    someone.change(Map.of("is_active", false));
    user.get("/api/users/me/").expect(401);
    refresh(login.at("refresh")).expect(401);
    someone.logIn(PASSWORD).expect(401);
    someone.change(Map.of("is_active", true));
    refresh(login.at("refresh")).expect(401);
    someone.logIn(PASSWORD).expect(200);
  }

  @Test
  void anotherPasswordEndsTheSessionsOfTheOldOne() {
    Someone someone = Someone.create();
    String token = someone.logIn(PASSWORD).at("refresh");
    someone.change(Map.of("password", "another-good-password"));
    refresh(token).expect(401);
    someone.logIn(PASSWORD).expect(401);
    someone.logIn("another-good-password").expect(200);
  }

  @Test
  void guessingIsSlowedDownPerEmailAddress() {
    Someone someone = Someone.create();
    for (int i = 0; i < LoginThrottle.OF_BOTH; i++) {
      someone.logIn("not-the-password").expect(401);
    }
    Api.Answer slowed = someone.logIn(PASSWORD).expect(429);
    assertThat(slowed.code()).isEqualTo("too_many_requests");
    assertThat(Integer.parseInt(slowed.headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(1, 300);
    Someone.create().logIn(PASSWORD).expect(200);
  }

  @Test
  void aTokenThatIsForgedOrCutIsRefused() {
    String access = Someone.create().logIn(PASSWORD).at("access");
    String[] parts = access.split("\\.", -1);
    String none = "eyJhbGciOiJub25lIn0";
    for (String forged :
        List.of(
            none + "." + parts[1] + ".",
            parts[0] + "." + parts[1] + ".AAAA",
            parts[0] + "." + parts[1].substring(2) + "." + parts[2],
            "a.b.c",
            "..")) {
      assertThat(Api.with(forged).get("/api/users/me/").expect(401).code())
          .isEqualTo("unauthenticated");
    }
  }
}
