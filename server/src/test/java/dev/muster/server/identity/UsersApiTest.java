package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class UsersApiTest {
  private static Map<String, Object> user(String email, String role) {
    return new HashMap<>(
        Map.of("email", email, "name", "Ada", "password", ServerUnderTest.PASSWORD, "role", role));
  }

  @Test
  void meHasTheFieldsOfTheContract() {
    Api.Answer me = Api.ofNewOrganization().get("/api/users/me/").expect(200);
    assertThat(me.body().fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "id",
            "organization",
            "organization_name",
            "email",
            "name",
            "avatar_url",
            "role",
            "is_active",
            "last_seen_at",
            "created_at",
            "updated_at");
    assertThat(me.at("role")).isEqualTo("admin");
    assertThat(me.at("organization_name")).startsWith("Organization of ");
    assertThat(me.node("avatar_url").isNull()).isTrue();
    assertThat(me.node("is_active").asBoolean()).isTrue();
    assertThat(me.at("last_seen_at")).endsWith("Z");
  }

  @Test
  void anAdminMakesListsAndChangesUsers() {
    Api admin = Api.ofNewOrganization();
    String id = admin.post("/api/users/", user(Api.uniqueEmail(), "viewer")).expect(201).at("id");
    Api.Answer changed =
        admin.patch("/api/users/" + id + "/", Map.of("name", "Grace", "role", "operator"));
    assertThat(changed.expect(200).at("name")).isEqualTo("Grace");
    assertThat(changed.at("role")).isEqualTo("operator");
    Api.Answer page = admin.get("/api/users/?limit=1").expect(200);
    assertThat(page.node("count").asInt()).isEqualTo(2);
    assertThat(page.node("results")).hasSize(1);
    assertThat(page.node("previous").isNull()).isTrue();
    Api.Answer second = admin.get(page.at("next")).expect(200);
    assertThat(second.at("results.0.id")).isEqualTo(id);
    assertThat(second.node("next").isNull()).isTrue();
    assertThat(admin.get("/api/users/" + id).expect(200).at("name")).isEqualTo("Grace");
  }

  @Test
  void rolesLimitWhoSeesAndChangesUsers() {
    Api admin = Api.ofNewOrganization();
    for (String role : List.of("operator", "viewer", "member")) {
      Api caller = admin.newUser(role);
      String id = caller.get("/api/users/me/").expect(200).at("id");
      caller.get("/api/users/").expect(role.equals("operator") ? 200 : 403);
      caller.post("/api/users/", user(Api.uniqueEmail(), "member")).expect(403);
      assertThat(caller.patch("/api/users/" + id, Map.of("role", "admin")).expect(403).code())
          .isEqualTo("forbidden");
      caller.get("/api/organizations/").expect(403);
    }
  }

  @Test
  void onlyAdminsOfTheFirstOrganizationMakeOthers() {
    Map<String, Object> tenant =
        Map.of(
            "name",
            "Another",
            "admin_email",
            Api.uniqueEmail(),
            "admin_name",
            "Ada",
            "admin_password",
            ServerUnderTest.PASSWORD);
    Api.ofNewOrganization().post("/api/organizations/", tenant).expect(403);
    Api home = Api.home();
    home.newUser("operator").post("/api/organizations/", tenant).expect(403);
    Api.Answer made = home.post("/api/organizations/", tenant).expect(201);
    assertThat(made.at("name")).isEqualTo("Another");
    assertThat(made.node("home").asBoolean()).isFalse();
    assertThat(made.at("admin.organization")).isEqualTo(made.at("id"));
    assertThat(home.get("/api/organizations/?limit=500").expect(200).text())
        .contains(made.at("id"));
  }

  @Test
  void anotherOrganizationsUserIsNotFoundAndNotListed() {
    Api other = Api.ofNewOrganization();
    String foreign = other.get("/api/users/me/").at("id");
    Api admin = Api.ofNewOrganization();
    admin.get("/api/users/" + foreign).expect(404);
    assertThat(admin.patch("/api/users/" + foreign, Map.of("is_active", false)).expect(404).code())
        .isEqualTo("not_found");
    assertThat(admin.get("/api/users/").expect(200).text()).doesNotContain(foreign);
    other.get("/api/users/me/").expect(200);
    admin.get("/api/users/no-such-form").expect(404);
  }

  @Test
  void anEmailAddressIsTakenOnTheWholeServerWhateverItsCase() {
    String email = Api.uniqueEmail();
    Api.ofNewOrganization().post("/api/users/", user(email, "member")).expect(201);
    Api.Answer refused =
        Api.ofNewOrganization().post("/api/users/", user(email.toUpperCase(Locale.ROOT), "member"));
    assertThat(refused.expect(409).code()).isEqualTo("already_exists");
  }

  @Test
  void everyBadFieldIsNamedAsItIsWritten() {
    Api admin = Api.ofNewOrganization();
    Api.Answer refused =
        admin.post(
            "/api/users/", Map.of("email", "nobody", "name", " ", "role", "king", "password", "x"));
    assertThat(refused.expect(422).body().findValuesAsText("field"))
        .containsExactly("email", "name", "role");
    assertThat(
            Api.home()
                .post("/api/organizations/", Map.of())
                .expect(422)
                .body()
                .findValuesAsText("field"))
        .containsExactly("admin_email", "admin_name", "admin_password", "name");
    admin.post("/api/users/", "{").expect(400);
    admin.post("/api/users/", "[]").expect(422);
    admin.post("/api/users/", user("a\u0000b@example.org", "member")).expect(422);
    Map<String, Object> shortPassword = user(Api.uniqueEmail(), "member");
    shortPassword.put("password", "eleven-byte");
    assertThat(admin.post("/api/users/", shortPassword).expect(422).at("detail"))
        .startsWith("password: must have from 12 to 72 bytes");
    Map<String, Object> longPassword = user(Api.uniqueEmail(), "member");
    longPassword.put("password", "ü".repeat(37));
    admin.post("/api/users/", longPassword).expect(422);
    admin.get("/api/users/?limit=501").expect(400);
  }

  @Test
  void theLastActiveAdminStays() {
    Api admin = Api.ofNewOrganization();
    String id = admin.get("/api/users/me/").at("id");
    assertThat(admin.patch("/api/users/" + id, Map.of("role", "viewer")).expect(409).code())
        .isEqualTo("last_admin");
    admin.patch("/api/users/" + id, Map.of("is_active", false)).expect(409);
    admin.patch("/api/users/" + id, Map.of("name", "Still here")).expect(200);
    admin.newUser("admin");
    admin.patch("/api/users/" + id, Map.of("role", "viewer")).expect(200);
  }

  @Test
  void adminsWhoDemoteEachOtherAtOnceLeaveOne() {
    Api admin = Api.ofNewOrganization();
    List<Api> admins = List.of(admin, admin.newUser("admin"), admin.newUser("admin"));
    List<String> ids = admins.stream().map(a -> a.get("/api/users/me/").at("id")).toList();
    Race.of(
        3,
        i ->
            () ->
                admins
                    .get(i)
                    .patch("/api/users/" + ids.get((i + 1) % 3), Map.of("role", "member")));
    long left =
        admins.stream().filter(a -> a.get("/api/users/me/").at("role").equals("admin")).count();
    assertThat(left).isPositive();
  }

  @Test
  void aChangedRoleCountsAtTheNextRequest() {
    Api admin = Api.ofNewOrganization();
    Api user = admin.newUser("operator");
    String id = user.get("/api/users/me/").at("id");
    user.get("/api/users/").expect(200);
    admin.patch("/api/users/" + id, Map.of("role", "viewer")).expect(200);
    user.get("/api/users/").expect(403);
    admin.patch("/api/users/" + id, Map.of("is_active", false)).expect(200);
    user.get("/api/users/me/").expect(401);
    admin.patch("/api/users/" + id, Map.of("is_active", true)).expect(200);
    user.get("/api/users/me/").expect(401); // the session has ended for good
  }
}
