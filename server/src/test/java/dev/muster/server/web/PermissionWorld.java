package dev.muster.server.web;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.RaisedAlert;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import dev.muster.server.testing.Uploads;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One thing of every kind in one organization, and a good request for every operation on them.
final class PermissionWorld {
  private static final Map<String, Object> KEY = Map.of("name", "ci", "scopes", List.of("read"));

  private static final Map<String, Object> MUTE = Map.of("reason", "x");

  private static final Map<String, Object> PING = Map.of("type", "PING");

  private static final List<String> TASKS =
      List.of("/api/projects", "/api/tasks", "/api/comments", "/api/sync");

  private static final String UPLOAD = "PUT /api/tasks/{id}/attachments/{attachment_id}/content";

  private final Map<String, String> ids = new TreeMap<>();
  private final EnrolledDevice device;
  private final String name = Api.uniqueEmail();

  /// @param admin of the organization that gets new things
  /// @param row what is to be called, if only what that needs is made
  PermissionWorld(Api admin, Permissions.@Nullable Row row) {
    String path = row == null ? null : row.path();
    device = EnrolledDevice.in(admin);
    ids.put("device_id", device.id());
    ids.put("/devices/{id}", device.id());
    ids.put("day", "2001-01-01"); // that there is no day of
    ids.put("kind", "stale");
    if (path == null || path.contains("{policy_id}")) {
      policy(admin);
    }
    if (path == null || path.contains("{group}")) {
      make(admin, "group", "/api/groups/", Map.of("name", name));
    }
    for (String collection : List.of("/api/enrollment-tokens/", "/api/users/", "/api/keys/")) {
      if (path == null || path.contains(collection + "{id}")) {
        make(admin, collection + "{id}", collection, thing(collection));
      }
    }
    if (path == null || path.contains("{session_id}")) {
      ids.put("session_id", anotherSession(admin));
    }
    if (path == null || path.contains("{action_id}") || path.contains("/v1/action-")) {
      action(admin, path);
    }
    if (path == null || path.contains("{batch_id}")) {
      ids.put("batch_id", admin.post("/api/actions/batch/", batch()).expect(202).at("batch_id"));
    }
    if (path == null || path.contains("/notifications/")) {
      notifications(admin);
    }
    if (path == null || path.contains("{alert_id}")) {
      ids.put("alert_id", RaisedAlert.of(admin, device));
    }
    if (path == null || path.contains("/api/organizations/{")) {
      ids.put("/api/organizations/{id}", organization());
    }
    if (path == null || TASKS.stream().anyMatch(path::startsWith)) {
      tasks(admin, path);
    }
    if (row != null && row.method().equals("DELETE") && row.path().contains("/assign-policy/")) {
      admin.post(path(row)).expect(202);
    }
  }

  private void make(Api admin, String id, String collection, Map<String, Object> body) {
    ids.put(id, admin.post(collection, body).expect(201).at("id"));
  }

  private Map<String, Object> thing(String collection) {
    return switch (collection) {
      case "/api/keys/" -> KEY;
      case "/api/users/" ->
          Map.of("email", name, "name", "x", "role", "member", "password", password());
      default -> Map.of();
    };
  }

  /// One with two versions.
  private void policy(Api admin) {
    make(admin, "policy_id", "/api/policies/", Map.of("name", name, "type", "APPS"));
    String versions = "/api/policies/" + ids.get("policy_id") + "/versions/";
    make(admin, "version_id", versions, Map.of());
    admin.post(versions).expect(201);
  }

  /// An action that runs, or one that has ended for whoever wants to do it again.
  private void action(Api admin, @Nullable String path) {
    make(admin, "action_id", "/api/devices/" + device.id() + "/actions/", PING);
    if (path != null && path.endsWith("/retry")) {
      admin.post("/api/actions/" + ids.get("action_id") + "/cancel/").expect(200);
    }
  }

  /// A task with a comment in a project, and a push that was refused.
  private void tasks(Api admin, @Nullable String path) {
    make(admin, "/api/projects/{id}", "/api/projects/", Map.of("name", name));
    make(admin, "/api/tasks/{id}", "/api/tasks/", Map.of("title", name));
    make(admin, "/api/comments/{id}", "/api/comments/", comment());
    String task = ids.getOrDefault("/api/tasks/{id}", "");
    Api.Answer attachment =
        path == null
            ? Uploads.complete(admin, task, "x")
            : Uploads.announce(admin, task, Uploads.of("x")).expect(201);
    ids.put("attachment_id", attachment.at("id"));
    if (path != null && path.endsWith("/restore")) {
      admin.delete("/api/tasks/" + ids.get("/api/tasks/{id}")).expect(204);
    }
    String email = admin.get("/api/users/me/").expect(200).at("email");
    SyncDevice tablet = SyncDevice.loggedIn(email);
    tablet.pushTasks(List.of(tablet.item(Ids.next(), "create", Map.of()))).expect(200);
    ids.put(
        "/api/sync/conflicts/{id}",
        admin.get("/api/sync/conflicts/").expect(200).at("results.0.id"));
  }

  private Map<String, Object> comment() {
    return Map.of("task", ids.getOrDefault("/api/tasks/{id}", ""), "content", "x");
  }

  private void notifications(Api admin) {
    ids.put(
        "channel_id",
        admin.post("/api/notifications/channels/", channel(name)).expect(201).at("id"));
    ids.put("mute_id", admin.post("/api/notifications/mutes/", MUTE).expect(201).at("id"));
    ids.put("message_id", device.id()); // none is dead
  }

  private static Map<String, Object> channel(String name) {
    return Map.of("kind", "SLACK", "name", name, "address", "http://127.0.0.1:1/hook");
  }

  private Map<String, Object> batch() {
    return Map.of("type", "PING", "filter", Map.of("search", name));
  }

  private static String anotherSession(Api admin) {
    String email = admin.get("/api/users/me/").expect(200).at("email");
    Api.login(email, password()).get("/api/users/me/").expect(200);
    for (JsonNode session : admin.get("/api/users/me/sessions/").expect(200).node("results")) {
      if (!session.path("current").asBoolean()) {
        return session.path("id").asText();
      }
    }
    throw new AssertionError("the other login has no session");
  }

  /// One that nobody of these belongs to, because it is for the admins of the first one.
  private String organization() {
    return Api.home()
        .post(
            "/api/organizations/",
            Map.of(
                "name",
                name,
                "admin_email",
                Api.uniqueEmail(),
                "admin_name",
                "x",
                "admin_password",
                password()))
        .expect(201)
        .at("id");
  }

  String device() {
    return device.id();
  }

  Api.Answer call(Api caller, Permissions.Row row) {
    Api as = row.operation().equals(UPLOAD) ? Uploads.bytes(caller) : caller;
    return as.send(row.method(), path(row), body(row.operation()));
  }

  private String path(Permissions.Row row) {
    String path = row.path();
    for (Map.Entry<String, String> id : ids.entrySet()) {
      String key = id.getKey();
      path =
          key.startsWith("/")
              ? path.replace(key, key.replace("{id}", id.getValue()))
              : path.replace("{" + key + "}", id.getValue());
    }
    if (path.contains("{")) {
      throw new IllegalStateException("no value is known for a part of " + row.path());
    }
    return path;
  }

  private static String password() {
    return ServerUnderTest.PASSWORD;
  }

  /// What must be said for the operation to be done.
  private @Nullable Object body(String operation) {
    String fresh = Api.uniqueEmail();
    return switch (operation) {
      case "POST /api/devices/{device_id}/actions" -> PING;
      case "POST /api/actions/batch" -> batch();
      case "PUT /api/alerts/rules/{kind}" -> Map.of("threshold", 60);
      case "PUT /api/sync/merge-rules" -> Map.of("rules", Map.of("title", "latest"));
      case "PATCH /api/organizations/me" -> Map.of("allow_scripts", true);
      case "POST /v1/action-result" ->
          Map.of(
              "request_id", ids.get("action_id") + "-1",
              "device_id", device.id(),
              "action", "ping",
              "outcome", "success",
              "finished_at", "2026-01-31T12:00:00Z");
      case "POST /v1/action-progress" ->
          Map.of("request_id", ids.get("action_id") + "-1", "device_id", device.id(), "percent", 1);
      case "POST /api/projects" -> Map.of("name", fresh);
      case "POST /api/tasks" -> Map.of("title", fresh);
      case "POST /api/tasks/bulk" ->
          Map.of(
              "ids",
              List.of(ids.getOrDefault("/api/tasks/{id}", "")),
              "set",
              Map.of("priority", "high"));
      case "POST /api/tasks/import" -> List.of(Map.of("title", fresh));
      case "POST /api/comments" -> comment();
      case "POST /api/tasks/{id}/attachments" -> Uploads.of("x");
      case UPLOAD -> "x";
      case "POST /api/sync/conflicts/{id}/resolve" -> Map.of("resolution", "remote");
      case "POST /api/auth/login" -> Map.of("email", fresh, "password", "wrong-password");
      case "POST /api/auth/logout", "POST /api/auth/refresh" -> Map.of("refresh", "no-such-token");
      case "POST /api/devices" -> Map.of("name", "x");
      case "POST /api/devices/bulk" -> Map.of("devices", List.of(Map.of("name", "x")));
      case "POST /api/devices/bulk-status" ->
          Map.of("devices", List.of(Map.of("device_id", device.id(), "status", "BUSY")));
      case "POST /api/groups", "POST /v1/register" -> Map.of("name", fresh, "alias", "x");
      case "POST /api/groups/{group}/devices" -> Map.of("device_ids", List.of(device.id()));
      case "POST /api/keys" -> KEY;
      case "POST /api/notifications/channels" -> channel(fresh);
      case "POST /api/notifications/mutes" -> MUTE;
      case "POST /api/users/me/password" ->
          Map.of("current_password", "wrong-password", "new_password", "another-password");
      case "POST /api/organizations" ->
          Map.of(
              "name", fresh, "admin_email", fresh, "admin_name", "x", "admin_password", password());
      case "DELETE /api/organizations/{id}" -> Map.of("confirm_name", name);
      case "POST /api/policies" -> Map.of("name", fresh, "type", "APPS");
      case "POST /api/users" ->
          Map.of("email", fresh, "name", "x", "role", "member", "password", password());
      case "PUT /devices/{id}/policy" -> Map.of("cameraDisabled", false);
      case "POST /devices/{id}/report" -> device.report(1, true);
      case "POST /devices/{id}/token" -> Map.of("token", "t");
      case "POST /v1/devices/fcm-token" -> Map.of("fcm_token", "t");
      case "POST /enroll" -> EnrolledDevice.AGENT;
      case String other when other.startsWith("POST") || other.startsWith("PATCH") -> Map.of();
      default -> null;
    };
  }
}
