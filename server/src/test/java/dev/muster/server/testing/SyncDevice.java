package dev.muster.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.platform.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// A person's device that pushes and pulls, and counts its own edits.
public final class SyncDevice {
  private final Api api;
  private final String id;
  private final String user;

  private SyncDevice(Api api, String id, String user) {
    this.api = api;
    this.id = id;
    this.user = user;
  }

  /// A device on which a new user of this role has logged in.
  public static SyncDevice of(Api admin, String role) {
    String email = Api.uniqueEmail();
    admin
        .post(
            "/api/users/",
            Map.of(
                "email", email, "name", email, "password", ServerUnderTest.PASSWORD, "role", role))
        .expect(201);
    return loggedIn(email);
  }

  /// Another device of the same person.
  public static SyncDevice loggedIn(String email) {
    Api.Answer login =
        Api.anonymous()
            .post(
                "/api/auth/login/",
                Map.of(
                    "email",
                    email,
                    "password",
                    ServerUnderTest.PASSWORD,
                    "deviceFingerprint",
                    Ids.next().toString()))
            .expect(200);
    return new SyncDevice(Api.with(login.at("access")), login.at("device.id"), login.at("user.id"));
  }

  public Api api() {
    return api;
  }

  public String id() {
    return id;
  }

  public String user() {
    return user;
  }

  /// A change of a row as this device sends it.
  public Map<String, Object> item(UUID entity, String operation, Map<String, ?> data) {
    return Map.of("id", entity.toString(), "operation", operation, "data", data);
  }

  public Map<String, Long> clock(long own) {
    return Map.of(id, own);
  }

  public Api.Answer push(Map<String, ?> changes) {
    return api.post(
        "/api/sync/push/",
        Map.of(
            "deviceId",
            id,
            "vectorClock",
            Map.of(),
            "timestamp",
            System.currentTimeMillis(),
            "changes",
            changes));
  }

  public Api.Answer pushTasks(List<Map<String, Object>> items) {
    return push(Map.of("tasks", items));
  }

  public Api.Answer pull(long since, int limit) {
    return api.withHeader("X-Device-ID", id)
        .get("/api/sync/pull/?since=" + since + "&limit=" + limit);
  }

  /// All pages from a cursor on.
  public List<JsonNode> pullAll(long since, int limit) {
    List<JsonNode> pages = new ArrayList<>();
    long cursor = since;
    while (true) {
      JsonNode page = pull(cursor, limit).expect(200).body();
      pages.add(page);
      if (!page.get("hasMore").asBoolean()) {
        return pages;
      }
      if (page.get("timestamp").asLong() <= cursor) {
        throw new AssertionError("no progress: " + page);
      }
      cursor = page.get("timestamp").asLong();
    }
  }
}
