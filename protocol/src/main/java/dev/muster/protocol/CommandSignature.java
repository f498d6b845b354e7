package dev.muster.protocol;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The signed form of a command, for both ends: what is signed, how, and how it is checked.
///
/// `hmac` is HMAC-SHA-256 in lower-case hex over `request_id|device_id|action|ts`. It leaves the
/// parameters uncovered, as agents in the field know it; `hmac2` covers them too, by the SHA-256 of
/// their canonical JSON after one more pipe, and our agents require it. A pipe inside a field would
/// let one text stand for two commands, so no field may have one.
///
/// The key is the UTF-8 text of the device's command secret.
public final class CommandSignature {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx");

  private CommandSignature() {}

  /// What is signed of a command.
  ///
  /// @param deviceId the device's handle
  /// @param time ISO-8601 as it stands in the command, by [#time]
  public record Signed(
      String requestId,
      String deviceId,
      String action,
      String time,
      Map<String, String> parameters) {
    public Signed {
      for (String field : new String[] {requestId, deviceId, action, time}) {
        if (field.indexOf('|') >= 0) {
          throw new IllegalArgumentException("a field of a command has a pipe in it");
        }
      }
      parameters = java.util.Collections.unmodifiableMap(new TreeMap<>(parameters));
    }

    private String head() {
      return requestId + "|" + deviceId + "|" + action + "|" + time;
    }
  }

  /// A moment as commands carry it: UTC with microseconds and `+00:00`.
  public static String time(Instant at) {
    return TIME.format(at.atOffset(ZoneOffset.UTC));
  }

  /// The signature that leaves the parameters uncovered.
  public static String hmac(String secret, Signed command) {
    return mac(secret, command.head());
  }

  /// The signature that covers everything.
  public static String hmac2(String secret, Signed command) {
    return mac(secret, command.head() + "|" + sha256(parameters(command.parameters()).canonical()));
  }

  /// Whether both signatures are of this command under this secret. Takes as long for a wrong one
  /// as for a right one.
  public static boolean verifies(String secret, Signed command, String hmac, String hmac2) {
    boolean first = same(hmac(secret, command), hmac);
    boolean second = same(hmac2(secret, command), hmac2);
    return first && second;
  }

  /// How a device says which secret it has, without saying it: 16 hex digits.
  public static String fingerprint(String secret) {
    return sha256(secret).substring(0, 16);
  }

  /// The parameters as JSON, all of them texts.
  public static Json.Obj parameters(Map<String, String> parameters) {
    Map<String, Json> fields = new TreeMap<>();
    parameters.forEach((key, value) -> fields.put(key, Json.of(value)));
    return Json.obj(fields);
  }

  private static boolean same(String expected, String found) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), found.getBytes(StandardCharsets.UTF_8));
  }

  private static String mac(String secret, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return Hex.of(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This runtime has no HMAC-SHA256", impossible);
    }
  }

  private static String sha256(String text) {
    try {
      return Hex.of(
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This runtime has no SHA-256", impossible);
    }
  }
}
