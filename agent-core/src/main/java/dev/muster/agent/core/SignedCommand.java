package dev.muster.agent.core;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.CommandSignature.Signed;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// A command as it arrives, whose sender is not known yet.
///
/// @param time as it was signed
record SignedCommand(Command command, String time, String hmac, String hmac2) {
  static final String CANCEL = "cancel";
  static final String REQUEST_ID = "request_id";
  private static final String CANCEL_SUFFIX = "-cancel";
  private static final String PARAMS = "params";
  private static final String TYPE = "type";
  private static final Set<String> ENVELOPE =
      new HashSet<>(Arrays.asList(TYPE, "action", REQUEST_ID, "device_id", "ts", "hmac", "hmac2"));

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,160}");
  private static final Pattern ACTION = Pattern.compile("[a-z][a-z0-9_]{0,63}");
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  /// How far a command's time may be from this device's.
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  /// Reads either form: the object of sockets and polls, which has its parameters in `params`, and
  /// the flat data of a push message, which has no `type` and each parameter as a field of its own.
  ///
  /// @throws IOException when it is no command. It says which field is wrong, and repeats nothing.
  static SignedCommand read(Json.Obj wire) throws IOException {
    Command command =
        new Command(
            matching(wire, REQUEST_ID, ID),
            matching(wire, "device_id", ID),
            matching(wire, "action", ACTION),
            parameters(wire));
    String time = text(wire, "ts");
    parsed(time);
    return new SignedCommand(
        command, time, matching(wire, "hmac", HEX), matching(wire, "hmac2", HEX));
  }

  private static Map<String, String> parameters(Json.Obj wire) throws IOException {
    Map<String, Json> fields = new TreeMap<>();
    if (wire.fields().get(PARAMS) instanceof Json.Obj params) {
      fields.putAll(params.fields());
    } else if (!wire.fields().containsKey(TYPE)) {
      fields.putAll(wire.fields());
      fields.keySet().removeAll(ENVELOPE);
      fields.putAll(targetOfCancel(wire));
    }
    Map<String, String> parameters = new TreeMap<>();
    for (Map.Entry<String, Json> field : fields.entrySet()) {
      if (!(field.getValue() instanceof Json.Text value)) {
        throw new IOException("a parameter of the command is not a text");
      }
      parameters.put(field.getKey(), value.value());
    }
    return parameters;
  }

  /// The one parameter that has a name of the envelope is that of a cancellation. In the flat form
  /// there is no room for it, and the cancellation's own id says it.
  private static Map<String, Json> targetOfCancel(Json.Obj wire) {
    if (Json.of(CANCEL).equals(wire.fields().get("action"))
        && wire.fields().get(REQUEST_ID) instanceof Json.Text id
        && id.value().endsWith(CANCEL_SUFFIX)) {
      String target = id.value().substring(0, id.value().length() - CANCEL_SUFFIX.length());
      return Collections.singletonMap(REQUEST_ID, Json.of(target));
    }
    return Collections.emptyMap();
  }

  /// Whether it was signed with this secret.
  boolean isSignedWith(String secret) {
    Signed signed =
        new Signed(
            command.requestId(), command.deviceId(), command.action(), time, command.parameters());
    return CommandSignature.verifies(secret, signed, hmac, hmac2);
  }

  /// How far its time is from this device's, in a sentence for the server; empty while that is near
  /// enough.
  String skew(Instant now) throws IOException {
    Duration behind = Duration.between(parsed(time), now);
    if (behind.abs().compareTo(TOLERANCE) <= 0) {
      return "";
    }
    return "clock_skew: the command's time is "
        + behind.abs().toMillis() / 1000
        + (behind.isNegative() ? " s ahead of" : " s behind")
        + " this device's clock";
  }

  private static Instant parsed(String time) throws IOException {
    try {
      return OffsetDateTime.parse(time).toInstant();
    } catch (DateTimeException e) {
      throw new IOException("the command's ts is not an ISO-8601 time", e);
    }
  }

  private static String matching(Json.Obj wire, String key, Pattern form) throws IOException {
    String value = text(wire, key);
    if (!form.matcher(value).matches()) {
      throw new IOException("the command's " + key + " is not of the right form");
    }
    return value;
  }

  private static String text(Json.Obj wire, String key) throws IOException {
    if (wire.fields().get(key) instanceof Json.Text text && text.value().indexOf('|') < 0) {
      return text.value();
    }
    throw new IOException("the command's " + key + " is missing or not of the right form");
  }
}
