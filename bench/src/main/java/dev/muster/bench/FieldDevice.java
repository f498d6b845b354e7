package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/// A device of the field test: what it says is what an agent says, and it keeps and checks nothing.
final class FieldDevice {
  private final String id;
  private final String token;
  private final int number;
  private final String report;
  private final AtomicLong sequence = new AtomicLong();

  /// @param enrollment the server's answer to it
  FieldDevice(JsonNode enrollment, int number) {
    this.id = enrollment.at("/deviceId/value").asText();
    this.token = enrollment.path("deviceToken").asText();
    this.number = number;
    JsonNode policy = enrollment.path("policy");
    ObjectNode body = Api.JSON.createObjectNode();
    body.put("appliedPolicyVersion", policy.path("version").asLong());
    body.put("cameraDisabled", true);
    body.put("compliant", true);
    body.set("settings", policy.path("settings"));
    String text = body.toString();
    this.report = text.substring(0, text.length() - 1) + ",\"sequence\":";
  }

  String token() {
    return token;
  }

  Line.Answer pull(Line line) throws IOException {
    return line.get("/devices/" + id + "/policy", token);
  }

  Line.Answer report(Line line) throws IOException {
    byte[] body = (report + sequence.incrementAndGet() + "}").getBytes(StandardCharsets.UTF_8);
    return line.post("/devices/" + id + "/report", token, "", body);
  }

  Line.Answer heartbeat(Line line) throws IOException {
    byte[] body = Beats.one(id, Instant.now(), number).getBytes(StandardCharsets.UTF_8);
    return line.post("/v1/heartbeat", token, "", body);
  }

  /// What it would have sent during an outage.
  Line.Answer heartbeats(Line line, int count, Duration apart) throws IOException {
    Instant first = Instant.now().minus(apart.multipliedBy(count));
    byte[] body = Beats.batch(id, first, apart, count, number);
    return line.post("/v1/heartbeats", token, "Content-Encoding: gzip\r\n", body);
  }

  Line.Answer poll(Line line, Duration wait) throws IOException {
    return line.get("/v1/agent/commands?wait=" + wait.toSeconds(), token);
  }
}
