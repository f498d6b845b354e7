package dev.muster.agent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What fleet to simulate.
///
/// @param enrollmentToken null on a server in open mode
/// @param drift how likely a device is found changed by its user at a check-in, from 0 to 1
/// @param offline the share of devices that is off at any moment, from 0 to less than 1
/// @param quirks the share of devices that lack a setting or fail at one, from 0 to 1
/// @param interval the time between two check-ins of a device that nothing else caused
record FleetPlan(
    int devices,
    ServerAddress server,
    @Nullable String enrollmentToken,
    double drift,
    double offline,
    double quirks,
    Duration interval,
    PlatformMix mix) {

  /// Without the credential.
  @Override
  public String toString() {
    return "FleetPlan[devices=" + devices + ", server=" + server + "]";
  }
}
