package dev.muster.server.policy;

import dev.muster.protocol.Json;

/// What is desired of a device, as one statement read it: version and content belong together.
///
/// @param settings the whole effective policy, without what does not apply to the device's platform
public record DesiredPolicy(long version, Json.Obj settings) {
  /// The one setting that clients of the first hour know; false when nothing says otherwise.
  public boolean cameraDisabled() {
    return settings.fields().get("cameraDisabled") instanceof Json.Bool flag && flag.value();
  }
}
