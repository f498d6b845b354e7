package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Database;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Traces;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Erasing a person, over HTTP and in every table.
@Tag("sql")
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class UserErasureTest {
  @Inject Database database;

  Api admin;
  String email;
  String name;
  String id;
  Api person;

  @BeforeEach
  void somebody() {
    admin = Api.ofNewOrganization();
    email = Api.uniqueEmail();
    name = "Name of " + Api.uniqueEmail();
    id =
        admin
            .post(
                "/api/users/",
                Map.of(
                    "email",
                    email,
                    "name",
                    name,
                    "role",
                    "admin",
                    "password",
                    ServerUnderTest.PASSWORD))
            .expect(201)
            .at("id");
    person = Api.login(email, ServerUnderTest.PASSWORD);
  }

  @Test
  void nothingPersonalIsLeftAndWhatTheyMadeStands() {
    person.post("/api/policies/", Map.of("name", "p", "type", "APPS")).expect(201);
    person.post("/api/policies/p/versions/").expect(201);
    Api key =
        Api.with(
            person
                .post("/api/keys/", Map.of("name", "k", "scopes", List.of("read")))
                .expect(201)
                .at("key"));
    person.withHeader("Idempotency-Key", "k").post("/api/groups/", Map.of("name", "g")).expect(201);
    admin.patch("/api/users/" + id, Map.of("name", name + " changed")).expect(200);
    admin.delete("/api/users/" + id).expect(204);
    assertThat(Traces.of(database, email)).isEmpty();
    assertThat(Traces.of(database, name)).isEmpty();
    assertThat(Traces.of(database, id))
        .isSubsetOf("audit.entry", "policy.version", "policy.activation", "platform.outbox");
    assertThat(admin.get("/api/policies/p/versions/").node("count").asInt()).isEqualTo(1);
    person.get("/api/users/me/").expect(401);
    key.get("/api/devices/").expect(401);
    Api.anonymous()
        .post("/api/auth/login/", Map.of("email", email, "password", ServerUnderTest.PASSWORD))
        .expect(401);
    assertThat(admin.get("/api/audit/?action=user.erased").expect(200).text()).contains(id);
  }

  @Test
  void theAddressCanBeUsedAgain() {
    admin.delete("/api/users/" + id).expect(204);
    admin
        .post(
            "/api/users/",
            Map.of(
                "email",
                email,
                "name",
                "n",
                "role",
                "viewer",
                "password",
                ServerUnderTest.PASSWORD))
        .expect(201);
  }

  @Test
  void nobodyErasesThemselves() {
    assertThat(person.delete("/api/users/" + id).expect(403).at("detail")).contains("yourself");
    person.get("/api/users/me/").expect(200);
  }

  @Test
  void ofTwoAdminsWhoEraseEachOtherOneStays() {
    String other = admin.get("/api/users/me/").at("id");
    List<Integer> statuses =
        Race.times(
            2,
            number ->
                number == 0
                    ? admin.delete("/api/users/" + id).status()
                    : person.delete("/api/users/" + other).status());
    assertThat(statuses).containsOnlyOnce(204);
    assertThat(statuses).allMatch(status -> List.of(204, 401, 404, 409).contains(status));
  }

  @Test
  void onlyAdminsErase() {
    admin.newUser("operator").delete("/api/users/" + id).expect(403);
    Api.ofNewOrganization().delete("/api/users/" + id).expect(404);
    admin.delete("/api/users/nobody").expect(404);
    person.get("/api/users/me/").expect(200);
  }
}
