package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Holds `docs/permissions.md` against the server: who may do what, for every operation that it
/// publishes, every role, and callers of the organization and of another. An operation that nobody
/// thought of fails here.
@Tag("sql")
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class EveryOperationTest {
  private static final List<Permissions.Row> ROWS = Permissions.rows();
  private static final List<String> ROLES = List.of("member", "viewer", "operator", "admin");

  private static final Set<String> OF_THE_MOMENT = Set.of("/api/audit/verify", "/api/health");
  private static final String PASSING =
      "\"last_seen_at\":\"[^\"]*\"|\"position\":[^,}]*|\"waiting\":\\{[^}]*}";

  private final List<String> wrong = new ArrayList<>();

  @Test
  void theTableHasEveryOperationAndNoOther() {
    Set<String> published = new TreeSet<>();
    JsonNode paths = Api.anonymous().get("/openapi?format=json").expect(200).node("paths");
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      path.getValue()
          .fieldNames()
          .forEachRemaining(
              method -> published.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
    }
    assertThat(ROWS).extracting(Permissions.Row::operation).doesNotHaveDuplicates();
    assertThat(ROWS.stream().map(Permissions.Row::operation)).hasSameElementsAs(published);
  }

  @Test
  void everybodyGetsWhatTheTableSays() {
    Api admin = Api.ofNewOrganization();
    Map<String, Api> callers = new LinkedHashMap<>();
    callers.put("nobody", Api.anonymous());
    callers.put("device", EnrolledDevice.in(admin).self());
    callers.put("key", Api.with(key(admin)));
    callers.putAll(people(admin));
    PermissionWorld read = new PermissionWorld(admin, null);
    for (Permissions.Row row : readsFirst()) {
      PermissionWorld world = isRead(row) ? read : new PermissionWorld(admin, row);
      for (Map.Entry<String, Api> caller : callers.entrySet()) {
        Api.Answer answer = world.call(caller.getValue(), row);
        check(row, caller.getKey(), row.status(caller.getKey()), answer);
        if (answer.status() < 300 && !isRead(row)) {
          world = new PermissionWorld(admin, row); // the next caller finds it undone
        }
      }
    }
    assertThat(wrong).as("%s", String.join("\n", wrong)).isEmpty();
  }

  /// What only reads changes nothing, so all of it is done in one world, before anything is
  /// changed.
  private static List<Permissions.Row> readsFirst() {
    return ROWS.stream().sorted(Comparator.comparing(row -> !isRead(row))).toList();
  }

  private static boolean isRead(Permissions.Row row) {
    return row.method().equals("GET");
  }

  @Test
  void theOtherOrganizationGetsNowhere() {
    Api admin = Api.ofNewOrganization();
    PermissionWorld world = new PermissionWorld(admin, null);
    Map<String, String> before = everythingOf(admin);
    Map<String, Api> foreigners = people(Api.ofNewOrganization());
    Api home = Api.home();
    for (Permissions.Row row : ROWS) {
      for (Map.Entry<String, Api> caller : foreigners.entrySet()) {
        String role = caller.getKey();
        Api.Answer answer = world.call(caller.getValue(), row);
        check(row, "foreign " + role, row.foreign(role, row.status(role)), answer);
      }
      check(row, "home admin", row.foreign("admin", row.home()), world.call(home, row));
    }
    assertThat(wrong).as("%s", String.join("\n", wrong)).isEmpty();
    assertThat(everythingOf(admin)).isEqualTo(before);
  }

  /// A device's own calls are the ones that the table has under another device's id.
  @Test
  void aDeviceDoesWhatIsItsOwn() {
    EnrolledDevice self = EnrolledDevice.in(Api.ofNewOrganization());
    String path = "/devices/" + self.id();
    self.self().get(path + "/policy").expect(200);
    self.self().get(path + "/status").expect(200);
    self.self().post(path + "/report", self.report(1, true)).expect(202);
    self.self().post(path + "/token", Map.of("token", "t")).expect(202);
    self.self().get("/api/devices/" + self.id()).expect(200);
  }

  private static String key(Api admin) {
    return admin
        .post("/api/keys/", Map.of("name", "k", "scopes", List.of("read")))
        .expect(201)
        .at("key");
  }

  /// Somebody of each role, weakest first.
  private static Map<String, Api> people(Api admin) {
    Map<String, Api> people = new LinkedHashMap<>();
    for (String role : ROLES) {
      people.put(role, role.equals("admin") ? admin : admin.newUser(role));
    }
    return people;
  }

  private void check(Permissions.Row row, String caller, int expected, Api.Answer answer) {
    if (answer.status() != expected) {
      wrong.add(
          "%s by %s: %d %s, not %d"
              .formatted(row.operation(), caller, answer.status(), answer.code(), expected));
    }
    if (answer.status() >= 400) {
      ProblemShape.require(answer);
    }
  }

  /// What an admin sees of the organization, by path; left out are times at which people were seen,
  /// and how far the log is sealed.
  private static Map<String, String> everythingOf(Api admin) {
    Map<String, String> seen = new TreeMap<>();
    for (Permissions.Row row : ROWS) {
      boolean listed = row.path().startsWith("/api") && !row.path().contains("{");
      if (isRead(row) && listed && !OF_THE_MOMENT.contains(row.path())) {
        seen.put(row.path(), admin.get(row.path()).text().replaceAll(PASSING, ""));
      }
    }
    return seen;
  }
}
