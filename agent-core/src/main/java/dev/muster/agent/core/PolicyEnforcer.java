package dev.muster.agent.core;

import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import java.util.Map;

/// What makes the device be what it should be, and sees what it is. An agent calls it from one
/// thread.
public interface PolicyEnforcer {

  /// Brings the device to these settings and lets go of those that an earlier policy asked for and
  /// this one does not. A setting that fails does not keep the others from being tried.
  ///
  /// @param desired secret settings too, in clear: not to be logged, and not to be stored where
  ///   anything but the system itself can read it
  /// @return why settings failed, by setting; empty when all was done
  Map<String, String> enforce(Json.Obj desired);

  /// What the device really is now, read from the device and not from memory of what was asked. A
  /// setting that is missing from it counts as unsupported. Secret values are in clear; the agent
  /// makes digests of them before anything leaves it. An enforcer whose system does not let it read
  /// a secret back answers with the value that the system has taken.
  Map<String, Observed> observe();
}
