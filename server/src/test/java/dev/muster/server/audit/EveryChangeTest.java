package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.RaisedAlert;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every operation that changes something leaves exactly one entry: an operation that nobody
/// thought of fails here.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class EveryChangeTest {
  /// `operation | what is called | body | status | action`, done one after the other.
  private static final String CHANGES =
      """
      POST   /api/devices/{device_id}/assign-policy/{policy_id}   | /api/devices/free/assign-policy/p  |          | 202 | policy.assigned
      DELETE /api/devices/{device_id}/assign-policy/{policy_id}   | /api/devices/held/assign-policy/p  |          | 204 | policy.unassigned
      DELETE /api/devices/{device_id}/token                       | /api/devices/{enrolled}/token      |          | 204 | device.locked_out
      POST   /api/enrollment-tokens                               | /api/enrollment-tokens             | empty    | 201 | enrollment_token.created
      DELETE /api/enrollment-tokens/{id}                          | /api/enrollment-tokens/{token}     |          | 204 | enrollment_token.revoked
      POST   /api/groups                                          | /api/groups                        | named    | 201 | group.created
      POST   /api/groups/{group}/assign-policy/{policy_id}        | /api/groups/empty/assign-policy/p  |          | 202 | policy.assigned
      DELETE /api/groups/{group}/assign-policy/{policy_id}        | /api/groups/full/assign-policy/p   |          | 204 | policy.unassigned
      POST   /api/groups/{group}/devices                          | /api/groups/empty/devices          | members  | 204 | group.members_added
      POST   /api/groups/{group}/devices/{device_id}              | /api/groups/full/devices/free      |          | 204 | group.members_added
      DELETE /api/groups/{group}/devices/{device_id}              | /api/groups/full/devices/held      |          | 204 | group.members_removed
      POST   /api/devices/{device_id}/actions                     | /api/devices/told/actions          | ping     | 201 | action.initiated
      POST   /api/actions/{action_id}/cancel                      | /api/actions/{action}/cancel       |          | 200 | action.cancelled
      POST   /api/actions/{action_id}/retry                       | /api/actions/{action}/retry        |          | 201 | action.initiated
      POST   /api/actions/batch                                   | /api/actions/batch                 | pings    | 202 | batch.initiated
      POST   /api/action-batches/{batch_id}/cancel                | /api/action-batches/{batch}/cancel |          | 202 | batch.cancelled
      PUT    /api/alerts/rules/{kind}                             | /api/alerts/rules/stale            | rule     | 200 | alert_rule.changed
      DELETE /api/alerts/rules/{kind}                             | /api/alerts/rules/stale            |          | 204 | alert_rule.changed
      POST   /api/alerts/{alert_id}/acknowledge                   | /api/alerts/{alert}/acknowledge    |          | 200 | alert.acknowledged
      PUT    /api/sync/merge-rules                                | /api/sync/merge-rules              | merging  | 200 | merge_rules.changed
      PATCH  /api/organizations/me                                | /api/organizations/me              | scripts  | 200 | organization.changed
      POST   /api/sync/cleanup                                    | /api/sync/cleanup                  |          | 200 | sync.cleaned
      POST   /api/policies                                        | /api/policies                      | policy   | 201 | policy.created
      POST   /api/policies/{policy_id}/versions                   | /api/policies/p/versions           | empty    | 201 | policy.published
      POST   /api/policies/{policy_id}/rollback/{version_id}      | /api/policies/p/rollback/1         |          | 202 | policy.rolled_back
      PATCH  /api/policies/{policy_id}/settings                   | /api/policies/p/settings           | settings | 201 | policy.published
      POST   /api/policies/{policy_id}/archive                    | /api/policies/unused/archive       |          | 200 | policy.archived
      PUT    /devices/{id}/policy                                 | /devices/free/policy               | camera   | 200 | device.overridden
      DELETE /devices/{id}/policy                                 | /devices/free/policy               |          | 200 | device.override_cleared
      POST   /api/devices                                         | /api/devices                       | named    | 201 | device.registered
      POST   /api/devices/bulk                                    | /api/devices/bulk                  | bulk     | 200 | devices.registered
      POST   /api/devices/bulk-status                             | /api/devices/bulk-status           | statuses | 200 | devices.status_set
      PATCH  /api/devices/{device_id}                             | /api/devices/free                  | named    | 200 | device.changed
      POST   /api/devices/{device_id}/deactivate                  | /api/devices/held/deactivate       |          | 200 | device.deactivated
      POST   /api/devices/{device_id}/activate                    | /api/devices/held/activate         |          | 200 | device.activated
      POST   /api/devices/{device_id}/retire                      | /api/devices/held/retire           |          | 200 | device.retired
      POST   /api/devices/{device_id}/rotate-command-secret       | /api/devices/free/rotate-command-secret | | 202 | command_secret.rotated
      DELETE /api/devices/{device_id}                             | /api/devices/free                  |          | 204 | device.erased
      POST   /api/users                                           | /api/users                         | user     | 201 | user.created
      PATCH  /api/users/{id}                                      | /api/users/{user}                  | named    | 200 | user.changed
      DELETE /api/users/{id}                                      | /api/users/{user}                  |          | 204 | user.erased
      POST   /api/keys                                            | /api/keys                          | key      | 201 | api_key.created
      DELETE /api/keys/{id}                                       | /api/keys/{key}                    |          | 204 | api_key.revoked
      POST   /api/notifications/channels                          | /api/notifications/channels        | channel  | 201 | notification_channel.created
      PATCH  /api/notifications/channels/{channel_id}             | /api/notifications/channels/{channel} | named | 200 | notification_channel.changed
      POST   /api/notifications/channels/{channel_id}/test        | /api/notifications/channels/{channel}/test | | 200 | notification_channel.tested
      DELETE /api/notifications/channels/{channel_id}             | /api/notifications/channels/{channel} |       | 204 | notification_channel.deleted
      POST   /api/notifications/mutes                             | /api/notifications/mutes           | mute     | 201 | notification_mute.created
      DELETE /api/notifications/mutes/{mute_id}                   | /api/notifications/mutes/{mute}    |          | 204 | notification_mute.deleted
      """;

  private static final Map<String, Object> KEY = Map.of("name", "ci", "scopes", List.of("read"));

  private static final Map<String, Object> MUTE = Map.of("reason", "x");

  private static final Map<String, Object> PING = Map.of("type", "PING");
  private static final Map<String, Object> PINGS =
      Map.of("type", "PING", "device_ids", List.of("told"));

  /// What leaves no entry, and why.
  private static final Map<String, List<String>> NO_CHANGES =
      Map.of(
          "a device's own call",
          List.of(
              "POST /devices/{id}/report",
              "POST /devices/{id}/token",
              "POST /v1/devices/fcm-token",
              "POST /v1/action-result",
              "POST /v1/heartbeat",
              "POST /v1/heartbeats",
              "POST /v1/action-progress"),
          "gives nothing that the caller does not have, for seconds",
          List.of("POST /api/ws-ticket"),
          "goes on with what an entry tells of",
          List.of("PUT /api/tasks/{id}/attachments/{attachment_id}/content"),
          "the work of people, which has a history and a log of its own",
          List.of(
              "POST /api/projects",
              "PATCH /api/projects/{id}",
              "POST /api/projects/{id}/archive",
              "POST /api/projects/{id}/unarchive",
              "POST /api/tasks",
              "PATCH /api/tasks/{id}",
              "DELETE /api/tasks/{id}",
              "POST /api/tasks/{id}/restore",
              "POST /api/tasks/bulk",
              "POST /api/tasks/import",
              "POST /api/comments",
              "PATCH /api/comments/{id}",
              "DELETE /api/comments/{id}",
              "POST /api/sync/push",
              "POST /api/sync/conflicts/{id}/resolve"));

  /// Done without a person, so told of in a test of its own.
  private static final Set<String> ENROLLING = Set.of("POST /enroll", "POST /v1/register");

  /// Operations whose entries are the matter of the tests of their rooms.
  private static final Set<String> ELSEWHERE =
      Set.of(
          "POST /api/archives/verify",
          "POST /api/archives/{day}/archive",
          "POST /api/archives/{day}/restore",
          "POST /api/archives/{day}/verify",
          "POST /api/auth/login",
          "POST /api/auth/logout",
          "POST /api/auth/refresh",
          "POST /api/auth/signing-keys/rotate",
          "POST /api/notifications/dead/{message_id}/retry",
          "POST /api/tasks/{id}/attachments",
          "DELETE /api/tasks/{id}/attachments/{attachment_id}",
          "POST /api/organizations",
          "PATCH /api/organizations/{id}",
          "DELETE /api/organizations/{id}",
          "POST /api/users/me/password",
          "DELETE /api/users/me/sessions",
          "DELETE /api/users/me/sessions/{session_id}",
          "DELETE /api/users/{id}/sessions");

  private record Row(String operation, String path, String body, int status, String action) {
    static Row of(String line) {
      List<String> cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
      return new Row(
          cells.get(0).replaceAll(" +", " "),
          cells.get(1),
          cells.get(2),
          Integer.parseInt(cells.get(3)),
          cells.get(4));
    }

    String method() {
      return operation.substring(0, operation.indexOf(' '));
    }
  }

  private static final List<Row> ROWS = CHANGES.lines().map(Row::of).toList();

  Api admin;
  Map<String, String> ids;

  @BeforeEach
  void makeThings() {
    admin = Api.ofNewOrganization();
    for (String device : List.of("free", "held", "told")) {
      admin.post("/api/devices/", Map.of("name", device, "device_id", device)).expect(201);
    }
    for (String policy : List.of("p", "unused")) {
      admin.post("/api/policies/", Map.of("name", policy, "type", "RESTRICTIONS")).expect(201);
      admin.post("/api/policies/" + policy + "/versions/").expect(201);
    }
    admin.post("/api/policies/p/versions/").expect(201);
    for (String group : List.of("empty", "full")) {
      admin.post("/api/groups/", Map.of("name", group)).expect(201);
    }
    admin.post("/api/groups/full/devices/held").expect(204);
    admin.post("/api/groups/full/assign-policy/p").expect(202);
    admin.post("/api/devices/held/assign-policy/p").expect(202);
    ids =
        Map.of(
            "{enrolled}", EnrolledDevice.in(admin).id(),
            "{alert}", RaisedAlert.of(admin, EnrolledDevice.in(admin)),
            "{action}", admin.post("/api/devices/told/actions/", PING).expect(201).at("id"),
            "{batch}", admin.post("/api/actions/batch/", PINGS).expect(202).at("batch_id"),
            "{user}", admin.post("/api/users/", user()).expect(201).at("id"),
            "{key}", admin.post("/api/keys/", KEY).expect(201).at("id"),
            "{channel}",
                admin.post("/api/notifications/channels/", channel("first")).expect(201).at("id"),
            "{mute}", admin.post("/api/notifications/mutes/", MUTE).expect(201).at("id"),
            "{token}", admin.post("/api/enrollment-tokens/", Map.of()).expect(201).at("id"));
  }

  private static Map<String, Object> channel(String name) {
    return Map.of("kind", "SLACK", "name", name, "address", "http://127.0.0.1:1/hook");
  }

  private static Map<String, Object> user() {
    return Map.of(
        "email",
        Api.uniqueEmail(),
        "name",
        "Ann",
        "role",
        "member",
        "password",
        ServerUnderTest.PASSWORD);
  }

  private Api.Answer call(Api caller, Row row, String requestId) {
    String path = row.path();
    for (Map.Entry<String, String> id : ids.entrySet()) {
      path = path.replace(id.getKey(), id.getValue());
    }
    return caller.withHeader("X-Request-ID", requestId).send(row.method(), path, body(row.body()));
  }

  private static @Nullable Object body(String name) {
    return switch (name) {
      case "" -> null;
      case "empty" -> Map.of();
      case "named" -> Map.of("name", "new");
      case "bulk" -> Map.of("devices", List.of(Map.of("name", "x"), Map.of("name", "y")));
      case "statuses" ->
          Map.of(
              "devices",
              List.of(
                  Map.of("device_id", "free", "status", "BUSY"),
                  Map.of("device_id", "held", "status", "BUSY")));
      case "members" -> Map.of("device_ids", List.of("free", "held"));
      case "policy" -> Map.of("name", "new", "type", "APPS");
      case "settings" -> Map.of("set", Map.of("cameraDisabled", true));
      case "user" -> user();
      case "key" -> KEY;
      case "channel" -> channel("second");
      case "mute" -> MUTE;
      case "ping" -> PING;
      case "pings" -> PINGS;
      case "rule" -> Map.of("threshold", 60);
      case "merging" -> Map.of("rules", Map.of("title", "latest"));
      case "scripts" -> Map.of("allow_scripts", true);
      case "camera" -> Map.of("cameraDisabled", false);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private List<String> actions(String requestId) {
    return admin
        .get("/api/audit/?request_id=" + requestId)
        .expect(200)
        .node("results")
        .findValuesAsText("action");
  }

  @Test
  void everyOperationThatIsNotAReadIsKnownHere() {
    Set<String> published = new TreeSet<>();
    Api.anonymous()
        .get("/openapi?format=json")
        .expect(200)
        .node("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .fieldNames()
                .forEachRemaining(method -> {
                  if (!method.equals("get")) {
                    published.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                  }
                }));
    Set<String> known = new TreeSet<>(NO_CHANGES.values().stream().flatMap(List::stream).toList());
    known.addAll(ENROLLING);
    known.addAll(ELSEWHERE);
    ROWS.forEach(row -> known.add(row.operation()));
    assertThat(known).isEqualTo(published);
  }

  @Test
  void everyChangeLeavesOneEntryWithTheRequestThatMadeIt() {
    for (int i = 0; i < ROWS.size(); i++) {
      Row row = ROWS.get(i);
      call(admin, row, "change-" + i).expect(row.status());
      assertThat(actions("change-" + i)).describedAs(row.operation()).containsExactly(row.action());
    }
    assertThat(admin.get("/api/audit/verify/").expect(200).node("intact").asBoolean()).isTrue();
  }

  @Test
  void whatIsRefusedLeavesNoEntry() {
    Api viewer = admin.newUser("viewer");
    for (int i = 0; i < ROWS.size(); i++) {
      assertThat(call(viewer, ROWS.get(i), "refused-" + i).status()).isEqualTo(403);
      assertThat(actions("refused-" + i)).describedAs(ROWS.get(i).operation()).isEmpty();
    }
  }

  /// Asking for what is so already succeeds, and is no change.
  @Test
  void whatChangesNothingLeavesNoEntry() {
    Api again = admin.withHeader("X-Request-ID", "again");
    again.post("/api/devices/held/assign-policy/p").expect(202);
    again.post("/api/groups/full/assign-policy/p").expect(202);
    again.post("/api/groups/full/devices/held").expect(204);
    again.delete("/api/groups/empty/devices/held").expect(204);
    again.delete("/api/devices/held/token").expect(204);
    Map<String, Object> idle = Map.of("device_id", "held", "status", "IDLE");
    again.post("/api/devices/bulk-status/", Map.of("devices", List.of(idle))).expect(200);

    assertThat(actions("again")).isEmpty();
  }

  @Test
  void aDeviceThatEnrollsLeavesOneEntryOfItsToken() {
    for (String path : List.of("/enroll", "/v1/register")) {
      String token = admin.post("/api/enrollment-tokens/", Map.of()).expect(201).at("token");
      Api enroller =
          Api.with(token).withHeader("X-Request-ID", path.substring(1).replace('/', '-'));
      Object body = path.equals("/enroll") ? EnrolledDevice.AGENT : Map.of("alias", "x");
      enroller.post(path, body).expect(200);

      Api.Answer found =
          admin.get("/api/audit/?request_id=" + path.substring(1).replace('/', '-')).expect(200);
      assertThat(found.node("results")).hasSize(1);
      assertThat(found.at("results.0.action")).isEqualTo("device.enrolled");
      assertThat(found.at("results.0.actor.kind")).isEqualTo("enrollment_token");
      assertThat(found.text()).doesNotContain(token);
    }
  }

  @Test
  void theEntryOfAChangeSaysWhatDiffersAndNoMore() {
    Api patch = admin.withHeader("X-Request-ID", "patched");
    patch
        .patch("/api/policies/p/settings", Map.of("set", Map.of("cameraDisabled", true)))
        .expect(201);

    Api.Answer found = admin.get("/api/audit/?request_id=patched").expect(200);
    assertThat(found.node("results.0.before").toString()).isEqualTo("{\"version\":2}");
    assertThat(found.node("results.0.after").toString())
        .isEqualTo("{\"payload\":{\"cameraDisabled\":true},\"version\":3}");
  }
}
