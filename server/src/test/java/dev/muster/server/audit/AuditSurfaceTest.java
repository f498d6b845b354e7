package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class AuditSurfaceTest {
  Api admin;

  @BeforeEach
  void makeOrganization() {
    admin = Api.ofNewOrganization();
  }

  private List<String> actions(String query) {
    return admin.get("/api/audit/" + query).expect(200).node("results").findValuesAsText("action");
  }

  @Test
  void aChangeIsInTheLogWithWhoWhatAndItsRequest() {
    String policy =
        admin
            .withHeader("X-Request-ID", "made-by-me")
            .post("/api/policies/", Map.of("name", "kiosk", "type", "APPS"))
            .expect(201)
            .at("id");

    Api.Answer log = admin.get("/api/audit/?request_id=made-by-me").expect(200);

    assertThat(log.node("count").asInt()).isEqualTo(1);
    assertThat(log.keys("results.0"))
        .isEqualTo(
            Set.of(
                "id",
                "at",
                "actor",
                "action",
                "target",
                "request_id",
                "before",
                "after",
                "erased",
                "position"));
    assertThat(log.at("results.0.action")).isEqualTo("policy.created");
    assertThat(log.at("results.0.target.kind")).isEqualTo("policy");
    assertThat(log.at("results.0.target.id")).isEqualTo(policy);
    assertThat(log.at("results.0.actor.kind")).isEqualTo("person");
    assertThat(log.at("results.0.actor.id")).isEqualTo(admin.get("/api/users/me/").at("id"));
    assertThat(log.at("results.0.actor.name")).isEqualTo(admin.get("/api/users/me/").at("email"));
    assertThat(log.node("results.0.before").isEmpty()).isTrue();
    assertThat(log.at("results.0.after.name")).isEqualTo("kiosk");
    assertThat(log.node("results.0.erased").asBoolean()).isFalse();
  }

  @Test
  void theLogIsPagedByCursorNewestFirst() {
    for (int i = 0; i < 5; i++) {
      admin.post("/api/groups/", Map.of("name", "g" + i)).expect(201);
    }

    Api.Answer first = admin.get("/api/audit/?action=group.&limit=2").expect(200);
    Api.Answer second = admin.get(first.at("next")).expect(200);
    Api.Answer third = admin.get(second.at("next")).expect(200);

    assertThat(first.node("count").asInt()).isEqualTo(5);
    assertThat(names(first)).containsExactly("g4", "g3");
    assertThat(names(second)).containsExactly("g2", "g1");
    assertThat(names(third)).containsExactly("g0");
    assertThat(third.node("next").isNull()).isTrue();
  }

  private static List<String> names(Api.Answer page) {
    return page.node("results").findValuesAsText("name").stream()
        .filter(name -> name.startsWith("g"))
        .toList();
  }

  @Test
  void theLogIsFiltered() {
    String group = admin.post("/api/groups/", Map.of("name", "g")).expect(201).at("id");
    EnrolledDevice device = EnrolledDevice.in(admin);
    admin.post("/api/groups/g/devices/" + device.id()).expect(204);
    String me = admin.get("/api/users/me/").at("id");

    assertThat(actions("?kind=group")).containsExactly("group.members_added", "group.created");
    assertThat(actions("?target=" + group + "&action=group.created"))
        .containsExactly("group.created");
    assertThat(actions("?actor=enrollment_token")).containsExactly("device.enrolled");
    assertThat(actions("?actor=" + me + "&kind=enrollment_token"))
        .containsExactly("enrollment_token.created");
    assertThat(actions("?action=device.")).contains("device.enrolled");
    assertThat(actions("?kind=group&to=2020-01-01T00:00:00Z")).isEmpty();
    assertThat(actions("?kind=group&from=2020-01-01T00:00:00%2B01:00&to=9999-01-01T00:00:00Z"))
        .hasSize(2);
  }

  @Test
  void whatCannotBeAFilterIsRefusedByName() {
    for (String query :
        List.of(
            "from=yesterday",
            "to=-99999-01-01T00:00:00Z",
            "actor=somebody",
            "cursor=x",
            "cursor=99999999999999999.x",
            "limit=0")) {
      Api.Answer answer = admin.get("/api/audit/?" + query).expect(400);
      assertThat(answer.fields()).containsExactly(query.substring(0, query.indexOf('=')));
    }
    assertThat(admin.get("/api/audit/export/?format=xml").expect(400).fields())
        .containsExactly("format");
    assertThat(admin.get("/api/audit/verify/?expect=12").expect(400).fields())
        .containsExactly("expect");
  }

  /// A page of 500 is of bearable size whatever was changed.
  @Test
  void aChangeOfSomethingLargeLeavesASmallEntry() {
    admin.post("/api/policies/", Map.of("name", "p", "type", "CUSTOM")).expect(201);
    admin
        .withHeader("X-Request-ID", "large")
        .post(
            "/api/policies/p/versions/",
            Map.of("payload", Map.of("text", "x".repeat(900_000)), "comment", "why"))
        .expect(201);

    Api.Answer found = admin.get("/api/audit/?request_id=large").expect(200);

    assertThat(found.text()).hasSizeLessThan(2_000);
    assertThat(found.at("results.0.after.comment")).isEqualTo("why");
    assertThat(found.at("results.0.after.payload.sha256")).matches("[0-9a-f]{64}");
    assertThat(admin.get("/api/audit/verify/").expect(200).node("intact").asBoolean()).isTrue();
  }

  @Test
  void anotherOrganizationSeesNothingOfIt() {
    admin.post("/api/groups/", Map.of("name", "g")).expect(201);
    Api other = Api.ofNewOrganization();

    assertThat(other.get("/api/audit/?kind=group").expect(200).node("count").asInt()).isZero();
    assertThat(other.get("/api/audit/export/?kind=group").expect(200).text()).isEmpty();
  }

  @Test
  void theLogIsExportedAsLinesOfJson() throws Exception {
    admin.post("/api/groups/", Map.of("name", "g1")).expect(201);
    admin.post("/api/groups/", Map.of("name", "g2")).expect(201);

    Api.Answer export = admin.get("/api/audit/export/?kind=group").expect(200);

    assertThat(export.headers().firstValue("Content-Type")).contains("application/x-ndjson");
    assertThat(export.headers().firstValue("Content-Disposition"))
        .contains("attachment; filename=\"audit.jsonl\"");
    List<String> lines = export.text().lines().toList();
    assertThat(lines).hasSize(2);
    JsonNode newest = new com.fasterxml.jackson.databind.ObjectMapper().readTree(lines.get(0));
    assertThat(newest.path("after").path("name").asText()).isEqualTo("g2");
  }

  @Test
  void theLogIsExportedAsCsv() {
    admin.post("/api/groups/", Map.of("name", "=1+1")).expect(201);

    Api.Answer export = admin.get("/api/audit/export/?kind=group&format=csv").expect(200);

    assertThat(export.headers().firstValue("Content-Type"))
        .hasValueSatisfying(
            type -> assertThat(type.toLowerCase(java.util.Locale.ROOT)).contains("text/csv"));
    assertThat(export.text())
        .startsWith("at,id,actor_kind,")
        .contains(",group.created,group,")
        .contains("\"{\"\"name\"\":\"\"=1+1\"\"}\"");
  }

  @Test
  void anUntouchedLogVerifies() {
    admin.post("/api/groups/", Map.of("name", "g")).expect(201);

    Api.Answer verdict = admin.get("/api/audit/verify/").expect(200);

    assertThat(verdict.keys(""))
        .isEqualTo(Set.of("intact", "entries", "unsealed", "head", "problems"));
    assertThat(verdict.node("intact").asBoolean()).isTrue();
    assertThat(verdict.node("entries").asInt()).isPositive();
    assertThat(verdict.node("problems")).isEmpty();
  }
}
