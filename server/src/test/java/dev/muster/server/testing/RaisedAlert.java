package dev.muster.server.testing;

import java.util.Map;

/// Alerts on a server, by calls alone.
public final class RaisedAlert {
  private RaisedAlert() {}

  /// The id of one of this device, which fails at something. The rule for that is on afterwards.
  public static String of(Api admin, EnrolledDevice device) {
    admin.send("PUT", "/api/alerts/rules/action_failed/", Map.of("enabled", true)).expect(200);
    String action =
        admin
            .post("/api/devices/" + device.id() + "/actions/", Map.of("type", "LIST_PACKAGES"))
            .expect(201)
            .at("id");
    String running =
        admin
            .get("/api/actions/?state=RUNNING&device=" + device.id())
            .expect(200)
            .at("results.0.id");
    fail(device, running);
    if (!running.equals(action)) {
      admin.post("/api/actions/" + action + "/cancel/").expect(200);
    }
    return admin
        .get("/api/alerts/?kind=action_failed&device=" + device.id())
        .expect(200)
        .at("results.0.id");
  }

  /// The device says that it could not do what it was told.
  public static void fail(EnrolledDevice device, String action) {
    device
        .self()
        .post(
            "/v1/action-result",
            Map.of(
                "request_id", action + "-1",
                "device_id", device.id(),
                "action", "list_packages",
                "outcome", "failed",
                "finished_at", "2026-01-31T12:00:00Z"))
        .expect(200);
  }
}
