package dev.muster.server.compliance;

import dev.muster.server.device.Devices;
import dev.muster.server.platform.Database;
import dev.muster.server.policy.DesiredVersions;
import dev.muster.server.policy.SettingSecrets;
import dev.muster.server.policy.Wakes;
import java.time.InstantSource;
import java.util.List;

/// Makes the room's door for tests of other rooms.
public final class ComplianceRoom {
  private ComplianceRoom() {}

  public static Compliance on(
      Database database,
      InstantSource clock,
      Devices devices,
      DesiredVersions desired,
      SettingSecrets secrets,
      Wakes wakes,
      List<StateChanges> listeners) {
    return new Compliance(database, clock, devices, desired, secrets, wakes, listeners);
  }
}
