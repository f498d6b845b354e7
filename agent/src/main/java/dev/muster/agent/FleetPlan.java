package dev.muster.agent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What fleet to simulate.
///
/// @param enrollmentToken null on a server in open mode
/// @param interval the time between two check-ins of a device that nothing else caused
/// @param pace how commands are carried out
record FleetPlan(
    int devices,
    ServerAddress server,
    @Nullable String enrollmentToken,
    Troubles troubles,
    Duration interval,
    PlatformMix mix,
    Pace pace) {

  /// Without the credential.
  @Override
  public String toString() {
    return "FleetPlan[devices=" + devices + ", server=" + server + "]";
  }
}
