package dev.muster.agent.core;

import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The calls of the loop, as requests and answers of the wire.
final class ServerCalls {
  /// What a device id may be; anything else could lead a path somewhere else.
  private static final Pattern DEVICE_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private final Calls calls;

  ServerCalls(Calls calls) {
    this.calls = calls;
  }

  /// `POST /enroll`.
  ///
  /// @return who the device is from now on
  Enrollment enroll(AgentSettings settings, AgentState state)
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
            calls.post("/enroll", settings.enrollmentToken(), Json.obj(body)).body());
    if (!(reply.fields().get("deviceId") instanceof Json.Obj id)
        || !(id.fields().get("value") instanceof Json.Text name)
        || !DEVICE_ID.matcher(name.value()).matches()) {
      throw new IOException("The server's answer to the enrollment has no device id");
    }
    return new Enrollment(name.value(), text(reply, "deviceToken"), text(reply, "commandSecret"));
  }

  /// `POST /devices/{id}/token`.
  void registerDoorbell(Identity device, String doorbellToken)
      throws IOException, InterruptedException {
    Json.Obj body = new Json.Obj(Collections.singletonMap("token", Json.of(doorbellToken)));
    calls.post(device.path("token"), device.token(), body);
  }

  /// `GET /devices/{id}/policy`.
  ///
  /// @param commandSecret the one that the device has, null when it has none
  Pulled policy(Identity device, @Nullable String commandSecret)
      throws IOException, InterruptedException {
    Json.Obj body =
        JsonText.readObject(
            calls
                .get(
                    device.path("policy"),
                    device.token(),
                    Calls.commandKey(commandSecret),
                    Duration.ZERO)
                .body());
    return new Pulled(DesiredPolicy.fromWire(body), text(body, "commandSecret"));
  }

  /// `POST /devices/{id}/report`.
  void report(Identity device, Report report) throws IOException, InterruptedException {
    calls.post(device.path("report"), device.token(), report.toWire(device.id()));
  }

  private static @Nullable String text(Json.Obj reply, String key) {
    return reply.fields().get(key) instanceof Json.Text text && !text.value().isEmpty()
        ? text.value()
        : null;
  }

  /// What the server answered to an enrollment.
  record Enrollment(String deviceId, @Nullable String token, @Nullable String commandSecret) {
    @Override
    public String toString() {
      return deviceId;
    }
  }

  /// What the server answered to a pull.
  ///
  /// @param commandSecret the one to be taken from now on, null when nothing changes
  record Pulled(DesiredPolicy policy, @Nullable String commandSecret) {
    @Override
    public String toString() {
      return policy.toString();
    }
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
}
