package dev.muster.agent.core;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.CommandSignature.Signed;
import dev.muster.protocol.Json;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// Commands as a server signs them.
final class Signing {
  static final String SECRET = "a-secret-of-43-characters";
  static final Map<String, String> NONE = Map.of();

  private Signing() {}

  /// As it comes by WebSocket and polls.
  static Json.Obj nested(
      String request, String device, String action, Instant at, Map<String, String> parameters) {
    Map<String, Json> wire = envelope(request, device, action, at, parameters);
    wire.put("type", Json.of("command"));
    wire.put("params", CommandSignature.parameters(parameters));
    return Json.obj(wire);
  }

  /// As it comes by a push message. Where a parameter has a name of the envelope, which only a
  /// cancellation's has, there is only the envelope's.
  static Json.Obj flat(
      String request, String device, String action, Instant at, Map<String, String> parameters) {
    Map<String, Json> wire = envelope(request, device, action, at, parameters);
    CommandSignature.parameters(parameters).fields().forEach(wire::putIfAbsent);
    return Json.obj(wire);
  }

  static Json.Obj with(Json.Obj wire, String key, Json value) {
    Map<String, Json> fields = new HashMap<>(wire.fields());
    fields.put(key, value);
    return Json.obj(fields);
  }

  private static Map<String, Json> envelope(
      String request, String device, String action, Instant at, Map<String, String> parameters) {
    String time = CommandSignature.time(at);
    Signed signed = new Signed(request, device, action, time, parameters);
    Map<String, Json> wire = new HashMap<>();
    wire.put("request_id", Json.of(request));
    wire.put("device_id", Json.of(device));
    wire.put("action", Json.of(action));
    wire.put("ts", Json.of(time));
    wire.put("hmac", Json.of(CommandSignature.hmac(SECRET, signed)));
    wire.put("hmac2", Json.of(CommandSignature.hmac2(SECRET, signed)));
    return wire;
  }
}
