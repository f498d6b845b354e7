package dev.muster.agent;

import org.jspecify.annotations.Nullable;

/// What fleet to simulate.
///
/// @param enrollmentToken null on a server in open mode
/// @param pace how commands are carried out
record FleetPlan(
    int devices,
    ServerAddress server,
    @Nullable String enrollmentToken,
    Troubles troubles,
    Rhythm rhythm,
    PlatformMix mix,
    Pace pace) {

  /// Without the credential.
  @Override
  public String toString() {
    return "FleetPlan[devices=" + devices + ", server=" + server + "]";
  }
}
