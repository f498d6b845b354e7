package dev.muster.agent;

/// What goes wrong in a simulated fleet.
///
/// @param drift how likely a device is found changed by its user at a check-in, from 0 to 1
/// @param offline the share of devices that is off at any moment, from 0 to less than 1
/// @param quirks the share of devices that lack a setting or fail at one, from 0 to 1
/// @param crashes how likely a heartbeat finds that the watched app has died, from 0 to 1
record Troubles(double drift, double offline, double quirks, double crashes) {
  static final Troubles NONE = new Troubles(0, 0, 0, 0);
}
