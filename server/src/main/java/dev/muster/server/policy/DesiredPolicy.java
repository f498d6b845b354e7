package dev.muster.server.policy;

import dev.muster.protocol.Json;
import java.util.Map;

/// What is desired of a device, as one statement read it: version and content belong together.
///
/// @param settings the whole effective policy, without what does not apply to the device's
///   platform. Secret values are in clear for the device itself, and masked for everybody else
/// @param digestKeys for the device itself: by secret setting, in base64url, the key of the digest
///   that it reports ([dev.muster.protocol.SecretDigest]); empty for everybody else
public record DesiredPolicy(long version, Json.Obj settings, Map<String, String> digestKeys) {
  /// Names no value: it may be one with secrets in clear.
  @Override
  public String toString() {
    return "DesiredPolicy[version=" + version + "]";
  }

  /// The one setting that clients of the first hour know; false when nothing says otherwise.
  public boolean cameraDisabled() {
    return settings.fields().get("cameraDisabled") instanceof Json.Bool flag && flag.value();
  }
}
