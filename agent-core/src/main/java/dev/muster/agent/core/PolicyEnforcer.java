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
  /// @return why settings failed, by setting; empty when all was done
  Map<String, String> enforce(Json.Obj desired);

  /// What the device really is now, read from the device and not from memory of what was asked. A
  /// setting that is missing from it counts as unsupported.
  Map<String, Observed> observe();
}
