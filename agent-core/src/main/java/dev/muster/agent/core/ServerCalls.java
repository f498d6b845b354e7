package dev.muster.agent.core;

import dev.muster.agent.core.Transport.Reply;
import dev.muster.agent.core.Transport.Request;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The calls of the loop, as requests and answers of the wire.
final class ServerCalls {
  /// What a device id may be; anything else could lead a path somewhere else.
  private static final Pattern DEVICE_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private final Transport transport;
  private final AgentClock clock;

  ServerCalls(Transport transport, AgentClock clock) {
    this.transport = transport;
    this.clock = clock;
  }

  /// `POST /enroll`.
  ///
  /// @return the state with the id and the token that the server gave
  AgentState enroll(AgentSettings settings, AgentState state)
      throws IOException, InterruptedException {
    Map<String, Json> body = new LinkedHashMap<>();
    body.put("model", Json.of(settings.model()));
    body.put("osVersion", Json.of(settings.osVersion()));
    body.put("agentVersion", Json.of(settings.agentVersion()));
    body.put("platform", Json.of(settings.platform().name()));
    body.put("hardwareId", Json.of(state.hardwareId()));
    if (settings.alias() != null) {
      body.put("alias", Json.of(settings.alias()));
    }
    Json.Obj reply =
        JsonText.readObject(
            call("POST", "/enroll", settings.enrollmentToken(), Json.obj(body)).body());
    if (!(reply.fields().get("deviceId") instanceof Json.Obj id)
        || !(id.fields().get("value") instanceof Json.Text name)
        || !DEVICE_ID.matcher(name.value()).matches()) {
      throw new IOException("The server's answer to the enrollment has no device id");
    }
    String token = reply.fields().get("deviceToken") instanceof Json.Text t ? t.value() : null;
    return state.enrolledAs(name.value(), token);
  }

  /// `POST /devices/{id}/token`.
  void registerDoorbell(Identity device, String doorbellToken)
      throws IOException, InterruptedException {
    Json.Obj body = new Json.Obj(Collections.singletonMap("token", Json.of(doorbellToken)));
    call("POST", device.path("token"), device.token(), body);
  }

  /// `GET /devices/{id}/policy`.
  DesiredPolicy policy(Identity device) throws IOException, InterruptedException {
    String body = call("GET", device.path("policy"), device.token(), null).body();
    return DesiredPolicy.fromWire(JsonText.readObject(body));
  }

  /// `POST /devices/{id}/report`.
  void report(Identity device, Report report) throws IOException, InterruptedException {
    call("POST", device.path("report"), device.token(), report.toWire(device.id()));
  }

  /// Whom the calls are about.
  record Identity(String id, @Nullable String token) {
    String path(String resource) {
      return "/devices/" + id + "/" + resource;
    }

    @Override
    public String toString() {
      return id;
    }
  }

  /// What a device says of itself.
  record Report(
      long appliedVersion, boolean satisfied, Map<String, Observed> observed, long sequence) {

    Json.Obj toWire(String deviceId) {
      Map<String, Json> settings = new LinkedHashMap<>();
      observed.forEach((key, value) -> settings.put(key, value.toWire()));
      boolean cameraDisabled =
          new Observed.Value(Json.of(true)).equals(observed.get("cameraDisabled"));
      Map<String, Json> wire = new LinkedHashMap<>();
      wire.put("deviceId", new Json.Obj(Collections.singletonMap("value", Json.of(deviceId))));
      wire.put("appliedPolicyVersion", Json.of(appliedVersion));
      wire.put("cameraDisabled", Json.of(cameraDisabled));
      wire.put("compliant", Json.of(satisfied));
      wire.put("settings", Json.obj(settings));
      wire.put("sequence", Json.of(sequence));
      return Json.obj(wire);
    }
  }

  private Reply call(
      String method, String path, @Nullable String credential, Json.@Nullable Obj body)
      throws IOException, InterruptedException {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", "application/json");
    if (credential != null) {
      headers.put("Authorization", "Bearer " + credential);
    }
    if (body != null) {
      headers.put("Content-Type", "application/json");
    }
    Request request = new Request(method, path, headers, body == null ? null : body.canonical());
    Reply reply = transport.exchange(request);
    if (reply.status() / 100 != 2) {
      throw new CallFailed(
          reply.status(),
          "The server answered " + request + " with " + reply.status() + detail(reply),
          RetryAfter.parse(reply.headers().get("Retry-After"), clock.now()));
    }
    return reply;
  }

  /// The sentence that the server added, if there is one.
  private static String detail(Reply reply) {
    try {
      return JsonText.readObject(reply.body()).fields().get("detail") instanceof Json.Text detail
          ? ": " + detail.value()
          : "";
    } catch (IOException e) {
      return "";
    }
  }
}
