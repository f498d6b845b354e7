package dev.muster.agent.core;

import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Payloads;
import dev.muster.protocol.SecretDigest;
import java.io.IOException;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What the server wants the device to be.
///
/// @param version names the whole of the settings; a different one is another wish, greater or not
///
/// @param settings secret values too, in clear
/// @param digestKeys by secret setting, the key of the digest that stands for its value in reports
record DesiredPolicy(long version, Json.Obj settings, Map<String, byte[]> digestKeys) {

  /// Reads a DevicePolicy. A server that sends no `settings` means `cameraDisabled` alone.
  static DesiredPolicy fromWire(Json.Obj wire) throws IOException {
    if (!(wire.fields().get("version") instanceof Json.Num version)) {
      throw new IOException("The server's policy has no version");
    }
    try {
      return new DesiredPolicy(version.value().longValueExact(), settings(wire), digestKeys(wire));
    } catch (ArithmeticException e) {
      throw new IOException("The server's policy has a version that is not a whole number", e);
    }
  }

  private static Json.Obj settings(Json.Obj wire) throws IOException {
    if (wire.fields().get("settings") instanceof Json.Obj settings) {
      return settings;
    }
    if (wire.fields().get("cameraDisabled") instanceof Json.Bool cameraDisabled) {
      return new Json.Obj(Collections.singletonMap("cameraDisabled", cameraDisabled));
    }
    throw new IOException("The server's policy has no settings");
  }

  private static Map<String, byte[]> digestKeys(Json.Obj wire) throws IOException {
    Map<String, byte[]> keys = new TreeMap<>();
    if (wire.fields().get("digestKeys") instanceof Json.Obj texts) {
      for (Map.Entry<String, Json> text : texts.fields().entrySet()) {
        if (text.getValue() instanceof Json.Text key) {
          keys.put(text.getKey(), decoded(key.value()));
        }
      }
    }
    return keys;
  }

  private static byte[] decoded(String text) throws IOException {
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IOException("The server's policy has a digest key that is not base64url");
    }
  }

  /// Secret settings whose value the server did not hand out, for it does not know who asks.
  Set<String> withheld() {
    Set<String> keys = new TreeSet<>();
    for (String key : settings.fields().keySet()) {
      if (Payloads.isSecret(key) && !digestKeys.containsKey(key)) {
        keys.add(key);
      }
    }
    return keys;
  }

  /// The settings that can be enforced: all but the withheld ones.
  Json.Obj enforceable() {
    Map<String, Json> fields = new TreeMap<>(settings.fields());
    fields.keySet().removeAll(withheld());
    return new Json.Obj(fields);
  }

  /// The settings as they may leave the device: digests in the place of secret values.
  Json.Obj digested() {
    return SecretDigest.digested(settings, digestKeys);
  }

  /// What was observed as it may leave the device. Of a secret that this policy does not ask for
  /// nothing is said.
  Map<String, Observed> digested(Map<String, Observed> observed) {
    Map<String, Observed> result = new TreeMap<>(observed);
    result.keySet().removeIf(key -> Payloads.isSecret(key) && !digestKeys.containsKey(key));
    result.replaceAll((key, seen) -> {
      if (!Payloads.isSecret(key) || !(seen instanceof Observed.Value value)) {
        return seen;
      }
      Json.Obj alone = new Json.Obj(Collections.singletonMap(key, value.value()));
      return new Observed.Value(
          SecretDigest.digested(alone, digestKeys).fields().getOrDefault(key, Json.NULL));
    });
    return result;
  }

  /// The text without the secrets of this policy that may have got into it.
  String scrubbed(String text) {
    String result = text;
    for (Map.Entry<String, Json> field : settings.fields().entrySet()) {
      if (Payloads.isSecret(field.getKey())) {
        result = SecretDigest.scrubbed(result, field.getValue());
      }
    }
    return result;
  }

  /// Names no value: it may be a secret.
  @Override
  public String toString() {
    return "DesiredPolicy[version=" + version + "]";
  }
}
