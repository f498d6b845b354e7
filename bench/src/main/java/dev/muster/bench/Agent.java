package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/// One device as its server sees it: it pulls, and reports.
final class Agent {
  private final UUID id;
  private final Api api;
  private final int number;
  private final AtomicLong sequence = new AtomicLong();
  private volatile JsonNode policy;

  /// @param number tells this device's reports from those of others
  Agent(UUID id, Api api, int number, JsonNode policy) {
    this.id = id;
    this.api = api;
    this.number = number;
    this.policy = policy;
  }

  UUID id() {
    return id;
  }

  void pull() throws IOException, InterruptedException {
    policy = api.get("/devices/" + id + "/policy");
  }

  /// Reports the policy that it pulled last as enforced, with some that nobody asked for; or, when
  /// it drifts, a password that is too short.
  void report(boolean drifting) throws IOException, InterruptedException {
    ObjectNode observed = policy.get("settings").deepCopy();
    if (observed.get("appsRequired") instanceof ArrayNode apps) {
      apps.add("com.example.extra" + number);
    }
    observed.put("passwordMinLength", drifting ? 0 : 8 + number % 8);
    ObjectNode report = Api.JSON.createObjectNode();
    report.put("appliedPolicyVersion", policy.get("version").asLong());
    report.set("cameraDisabled", observed.get("cameraDisabled"));
    report.put("compliant", !drifting);
    report.set("settings", observed);
    report.put("sequence", sequence.incrementAndGet());
    api.send("POST", "/devices/" + id + "/report", report);
  }
}
