package dev.muster.agent.core;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.Collections;

/// What the server wants the device to be.
///
/// @param version names the whole of the settings; a different one is another wish, greater or not
record DesiredPolicy(long version, Json.Obj settings) {

  /// Reads a DevicePolicy. A server that sends no `settings` means `cameraDisabled` alone.
  static DesiredPolicy fromWire(Json.Obj wire) throws IOException {
    if (!(wire.fields().get("version") instanceof Json.Num version)) {
      throw new IOException("The server's policy has no version");
    }
    try {
      return new DesiredPolicy(version.value().longValueExact(), settings(wire));
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
}
