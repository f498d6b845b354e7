package dev.muster.agent.core;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// Something that the server wants done once.
///
/// @param requestId names it: the same id again is the same command, however often it arrives
/// @param deviceId the handle of the device that it is for
/// @param action what is to be done, such as `launch_app`
/// @param parameters may hold secrets, so they belong in no log
public record Command(
    String requestId, String deviceId, String action, Map<String, String> parameters) {
  public Command {
    parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
  }

  /// Without the parameters.
  @Override
  public String toString() {
    return action + " " + requestId;
  }
}
