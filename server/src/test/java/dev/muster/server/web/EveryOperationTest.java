package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who may do what, for every operation that the server publishes: an operation that nobody thought
/// of fails here.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class EveryOperationTest {
  /// `operation | body | who has no credential | a foreign admin | a device's token | a viewer`.
  /// The paths name things of one organization; `{self}` is the device whose token is used, and all
  /// bodies are good.
  private static final String TABLE =
      """
      POST   /api/auth/login                                        | login   | 401 401 401 401
      POST   /api/auth/logout                                       | refresh | 401 204 204 204
      POST   /api/auth/refresh                                      | refresh | 401 401 401 401
      GET    /api/compliance/devices                                |         | 401 200 403 200
      GET    /api/compliance/summary                                |         | 401 200 403 200
      POST   /api/devices                                           | device  | 401 201 403 403
      GET    /api/devices                                           |         | 401 200 403 200
      GET    /api/devices/{device_id}                               |         | 401 404 403 200
      PATCH  /api/devices/{device_id}                               | empty   | 401 404 403 403
      DELETE /api/devices/{device_id}/assign-policy/{policy_id}     |         | 401 404 403 403
      POST   /api/devices/{device_id}/assign-policy/{policy_id}     |         | 401 404 403 403
      GET    /api/devices/{device_id}/policies                      |         | 401 404 403 200
      GET    /api/devices/{device_id}/reports                       |         | 401 404 403 200
      DELETE /api/devices/{device_id}/token                         |         | 401 404 403 403
      GET    /api/enrollment-tokens                                 |         | 401 200 403 403
      POST   /api/enrollment-tokens                                 | empty   | 401 201 403 403
      DELETE /api/enrollment-tokens/{id}                            |         | 401 404 403 403
      GET    /api/groups                                            |         | 401 200 403 200
      POST   /api/groups                                            | group   | 401 201 403 403
      POST   /api/groups/{group}/assign-policy/{policy_id}          |         | 401 404 403 403
      DELETE /api/groups/{group}/assign-policy/{policy_id}          |         | 401 404 403 403
      POST   /api/groups/{group}/devices                            | members | 401 404 403 403
      POST   /api/groups/{group}/devices/{device_id}                |         | 401 404 403 403
      DELETE /api/groups/{group}/devices/{device_id}                |         | 401 404 403 403
      GET    /api/health                                            |         | 200 200 200 200
      GET    /api/info                                              |         | 200 200 200 200
      GET    /api/organizations                                     |         | 401 403 403 403
      POST   /api/organizations                                     | tenant  | 401 403 403 403
      GET    /api/policies                                          |         | 401 200 403 200
      POST   /api/policies                                          | policy  | 401 201 403 403
      GET    /api/policies/{policy_id}                              |         | 401 404 403 200
      GET    /api/policies/{policy_id}/activations                  |         | 401 404 403 200
      GET    /api/policies/{policy_id}/assignments                  |         | 401 404 403 200
      GET    /api/policies/{policy_id}/jobs                         |         | 401 404 403 200
      GET    /api/policies/{policy_id}/versions                     |         | 401 404 403 200
      POST   /api/policies/{policy_id}/archive                      |         | 401 404 403 403
      POST   /api/policies/{policy_id}/versions                     | empty   | 401 404 403 403
      POST   /api/policies/{policy_id}/rollback/{version_id}        |         | 401 404 403 403
      PATCH  /api/policies/{policy_id}/settings                     | empty   | 401 404 403 403
      GET    /api/settings-catalogue                                |         | 401 200 403 200
      GET    /api/users                                             |         | 401 200 403 403
      POST   /api/users                                             | user    | 401 201 403 403
      GET    /api/users/me                                          |         | 401 200 403 200
      GET    /api/users/{id}                                        |         | 401 404 403 403
      PATCH  /api/users/{id}                                        | empty   | 401 404 403 403
      GET    /devices                                               |         | 401 200 403 200
      GET    /devices/{id}/policy                                   |         | 401 404 403 200
      PUT    /devices/{id}/policy                                   | camera  | 401 404 403 403
      DELETE /devices/{id}/policy                                   |         | 401 404 403 403
      POST   /devices/{id}/report                                   | report  | 401 403 403 403
      GET    /devices/{id}/status                                   |         | 401 404 403 200
      POST   /devices/{id}/token                                    | push    | 401 403 403 403
      POST   /enroll                                                | agent   | 401 403 403 403
      POST   /v1/register                                           | alias   | 401 403 403 403
      GET    /health                                                |         | 200 200 200 200
      GET    /healthz                                               |         | 200 200 200 200
      """;

  private static final List<String> CALLERS =
      List.of("nobody", "foreign admin", "device", "viewer");

  private record Operation(String method, String path, String body, List<Integer> expected) {
    static Operation of(String line) {
      String[] columns = line.split("\\|", -1);
      String[] operation = columns[0].strip().split("\\s+", -1);
      return new Operation(
          operation[0],
          operation[1],
          columns[1].strip(),
          Arrays.stream(columns[2].strip().split(" ", -1)).map(Integer::valueOf).toList());
    }

    String name() {
      return method + " " + path;
    }
  }

  private static final List<Operation> OPERATIONS = TABLE.lines().map(Operation::of).toList();

  Api admin;
  Api viewer;
  EnrolledDevice self;
  Map<String, String> ids;

  @BeforeEach
  void makeThingsOfEveryKind() {
    admin = Api.ofNewOrganization();
    viewer = admin.newUser("viewer");
    self = EnrolledDevice.in(admin);
    String device = EnrolledDevice.in(admin).id();
    String policy =
        admin.post("/api/policies/", Map.of("name", "p", "type", "APPS")).expect(201).at("id");
    String first = admin.post("/api/policies/p/versions/").expect(201).at("id");
    admin.post("/api/policies/p/versions/").expect(201);
    String group = admin.post("/api/groups/", Map.of("name", "g")).expect(201).at("id");
    ids =
        Map.of(
            "device_id", device,
            "policy_id", policy,
            "version_id", first,
            "group", group,
            "user", admin.get("/api/users/me/").at("id"),
            "token", admin.post("/api/enrollment-tokens/", Map.of()).expect(201).at("id"));
  }

  @Test
  void theTableHasEveryOperationAndNoOther() {
    Set<String> published = new TreeSet<>();
    JsonNode paths = Api.anonymous().get("/openapi?format=json").expect(200).node("paths");
    paths
        .properties()
        .forEach(path ->
            path.getValue()
                .fieldNames()
                .forEachRemaining(method ->
                    published.add(
                        method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey())));
    Set<String> known = new TreeSet<>();
    OPERATIONS.forEach(operation -> known.add(operation.name()));
    assertThat(known).isEqualTo(published);
  }

  @Test
  void nobodyGetsMoreThanTheTableSays() {
    List<Api> callers = List.of(Api.anonymous(), Api.ofNewOrganization(), self.self(), viewer);
    Map<String, String> wrong = new TreeMap<>();
    for (Operation operation : OPERATIONS) {
      for (int i = 0; i < callers.size(); i++) {
        Api.Answer answer = call(callers.get(i), operation);
        if (answer.status() != operation.expected().get(i)) {
          wrong.put(
              operation.name() + " by " + CALLERS.get(i), answer.status() + " " + answer.text());
        }
        if (answer.status() >= 400) {
          ProblemShape.require(answer);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /// Nothing of the above was done by those who were refused.
  @Test
  void aRefusalLeavesEverythingAsItWas() {
    Api foreigner = Api.ofNewOrganization();
    for (Operation operation : OPERATIONS) {
      for (Api caller : List.of(Api.anonymous(), foreigner, self.self())) {
        call(caller, operation);
      }
    }
    assertThat(admin.get("/api/policies/p").node("current_version").asInt()).isEqualTo(2);
    assertThat(admin.get("/api/policies/p").node("archived_at").isNull()).isTrue();
    assertThat(admin.get("/api/devices/").node("count").asInt()).isEqualTo(2);
    assertThat(admin.get("/api/devices/?group=g").node("count").asInt()).isZero();
    assertThat(admin.get("/api/groups/").node("count").asInt()).isEqualTo(1);
    assertThat(admin.get("/api/users/").node("count").asInt()).isEqualTo(2);
    assertThat(admin.get("/devices/" + ids.get("device_id") + "/policy").node("version").asInt())
        .isEqualTo(1);
    assertThat(admin.get("/api/enrollment-tokens/").node("results").findValues("revoked_at"))
        .allMatch(JsonNode::isNull);
  }

  /// A device's own calls are the ones that the table has under another device's id.
  @Test
  void aDeviceDoesWhatIsItsOwn() {
    String path = "/devices/" + self.id();
    self.self().get(path + "/policy").expect(200);
    self.self().get(path + "/status").expect(200);
    self.self().post(path + "/report", self.report(1, true)).expect(202);
    self.self().post(path + "/token", Map.of("token", "t")).expect(202);
    self.self().get("/api/devices/" + self.id()).expect(200);
  }

  private Api.Answer call(Api caller, Operation operation) {
    String path = operation.path();
    if (path.startsWith("/api/users")) {
      path = path.replace("{id}", ids.get("user"));
    } else if (path.startsWith("/api/enrollment-tokens")) {
      path = path.replace("{id}", ids.get("token"));
    } else {
      path = path.replace("{id}", ids.get("device_id"));
    }
    for (Map.Entry<String, String> id : ids.entrySet()) {
      path = path.replace("{" + id.getKey() + "}", id.getValue());
    }
    return caller.send(operation.method(), path, body(operation.body()));
  }

  private @org.jspecify.annotations.Nullable Object body(String name) {
    String fresh = Api.uniqueEmail();
    return switch (name) {
      case "" -> null;
      case "empty" -> Map.of();
      case "login" -> Map.of("email", fresh, "password", "wrong-password");
      case "refresh" -> Map.of("refresh", "no-such-token");
      case "device" -> Map.of("name", "x");
      case "group", "alias" -> Map.of("name", fresh, "alias", "x");
      case "members" -> Map.of("device_ids", List.of(ids.get("device_id")));
      case "tenant" ->
          Map.of(
              "name",
              fresh,
              "admin_email",
              fresh,
              "admin_name",
              "x",
              "admin_password",
              ServerUnderTest.PASSWORD);
      case "policy" -> Map.of("name", fresh, "type", "APPS");
      case "user" ->
          Map.of(
              "email", fresh, "name", "x", "role", "member", "password", ServerUnderTest.PASSWORD);
      case "camera" -> Map.of("cameraDisabled", false);
      case "report" -> Map.of("appliedPolicyVersion", 1, "cameraDisabled", true, "compliant", true);
      case "push" -> Map.of("token", "t");
      case "agent" -> EnrolledDevice.AGENT;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
