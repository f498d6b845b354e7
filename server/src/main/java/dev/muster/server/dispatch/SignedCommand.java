package dev.muster.server.dispatch;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A command as it goes to the device: signed at one moment, for one device, under its secret.
record SignedCommand(CommandSignature.Signed signed, String hmac, String hmac2) {
  /// What the push service carries at most; its own limit is 4,096 bytes.
  private static final int MOST_PUSHED = 3_500;

  /// Keys that the push service keeps for itself: it refuses a message with one of them.
  private static final Set<String> ITS_OWN = Set.of("from", "message_type", "notification");

  private static final List<String> BEGIN_ITS_OWN = List.of("google", "gcm");

  /// Tells the device to ask for what there is.
  static final Map<String, String> WAITING = Map.of("type", "commands_waiting");

  static SignedCommand sign(
      String secret,
      String requestId,
      String handle,
      String action,
      Instant at,
      Map<String, String> parameters) {
    CommandSignature.Signed signed =
        new CommandSignature.Signed(
            requestId, handle, action, CommandSignature.time(at), parameters);
    return new SignedCommand(
        signed, CommandSignature.hmac(secret, signed), CommandSignature.hmac2(secret, signed));
  }

  /// As connections and polls carry it.
  Json.Obj toJson() {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("type", Json.of("command"));
    head().forEach((key, value) -> fields.put(key, Json.of(value)));
    fields.put("params", CommandSignature.parameters(signed.parameters()));
    return Json.obj(fields);
  }

  /// As the push service carries it: everything flat, or only that there is something when it would
  /// not carry that.
  Map<String, String> toData() {
    Map<String, String> data = new TreeMap<>(signed.parameters());
    data.putAll(head());
    int bytes =
        CommandSignature.parameters(data).canonical().getBytes(StandardCharsets.UTF_8).length;
    return bytes > MOST_PUSHED || data.keySet().stream().anyMatch(SignedCommand::isItsOwn)
        ? WAITING
        : data;
  }

  private static boolean isItsOwn(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return ITS_OWN.contains(lower) || BEGIN_ITS_OWN.stream().anyMatch(lower::startsWith);
  }

  private Map<String, String> head() {
    return Map.of(
        "request_id", signed.requestId(),
        "device_id", signed.deviceId(),
        "action", signed.action(),
        "ts", signed.time(),
        "hmac", hmac,
        "hmac2", hmac2);
  }
}
