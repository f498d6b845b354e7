package dev.muster.agent.core;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A server in memory that speaks the loop, and that can be told to fail.
final class FakeServer implements Transport {
  final List<String> calls = new ArrayList<>();
  final List<Json.Obj> reports = new ArrayList<>();
  final Map<String, String> deviceByHardware = new HashMap<>();
  final Deque<Object> troubles = new ArrayDeque<>();

  long version = 1;
  Json.Obj settings = Json.obj(Map.of("cameraDisabled", Json.of(true)));
  Json.Obj digestKeys = Json.obj(Map.of());
  @Nullable String requiredEnrollmentToken;
  @Nullable String troubledPath;
  @Nullable Runnable duringPolicy;
  private int enrollments;
  private final Map<String, String> tokenByDevice = new HashMap<>();

  /// The next exchange fails like this: with a [Transport.Reply] or an [IOException].
  void troubleNext(Object trouble) {
    troubles.add(trouble);
  }

  /// Forgets every device, but not which hardware it was.
  void forgetDevices() {
    tokenByDevice.clear();
  }

  void revokeTokens() {
    tokenByDevice.replaceAll((id, token) -> "another");
  }

  @Override
  public Reply exchange(Request request) throws IOException {
    calls.add(request.toString());
    boolean here = troubledPath == null || request.path().endsWith(troubledPath);
    Object trouble = here ? troubles.poll() : null;
    if (trouble instanceof IOException failure) {
      throw failure;
    }
    if (trouble instanceof Reply reply) {
      return reply;
    }
    return request.path().equals("/enroll") ? enroll(request) : ofDevice(request);
  }

  private Reply enroll(Request request) throws IOException {
    String expected = requiredEnrollmentToken == null ? null : "Bearer " + requiredEnrollmentToken;
    if (expected != null && !expected.equals(request.headers().get("Authorization"))) {
      return problem(401, "No valid enrollment token.");
    }
    String hardware = text(body(request), "hardwareId");
    String id =
        deviceByHardware.computeIfAbsent(hardware, h -> "device-" + (deviceByHardware.size() + 1));
    String token = "md_" + ++enrollments;
    tokenByDevice.put(id, token);
    Map<String, Json> reply = new HashMap<>();
    reply.put("deviceId", Json.obj(Map.of("value", Json.of(id))));
    reply.put("deviceToken", Json.of(token));
    reply.put("policy", policy());
    return json(200, Json.obj(reply));
  }

  private Reply ofDevice(Request request) throws IOException {
    String[] parts = request.path().split("/", -1);
    String token = tokenByDevice.get(parts[2]);
    if (token == null) {
      return problem(404, "No such device.");
    }
    if (!("Bearer " + token).equals(request.headers().get("Authorization"))) {
      return problem(401, "The token is not valid.");
    }
    return switch (parts[3]) {
      case "policy" -> {
        if (duringPolicy != null) {
          duringPolicy.run();
        }
        yield json(200, policy());
      }
      case "report" -> {
        reports.add(body(request));
        yield json(202, Json.obj(Map.of()));
      }
      case "token" -> json(202, Json.obj(Map.of()));
      default -> problem(404, "No such path.");
    };
  }

  private Json.Obj policy() {
    return Json.obj(
        Map.of(
            "version",
            Json.of(version),
            "cameraDisabled",
            Json.of(true),
            "settings",
            settings,
            "digestKeys",
            digestKeys));
  }

  static Reply problem(int status, String detail) {
    return json(status, Json.obj(Map.of("detail", Json.of(detail))));
  }

  static Reply json(int status, Json body) {
    return new Reply(status, Map.of(), body.canonical());
  }

  private static Json.Obj body(Request request) throws IOException {
    String body = request.body();
    if (body == null) {
      throw new IOException("no body");
    }
    return JsonText.readObject(body);
  }

  private static String text(Json.Obj obj, String key) throws IOException {
    if (obj.fields().get(key) instanceof Json.Text text) {
      return text.value();
    }
    throw new IOException("no " + key);
  }
}
