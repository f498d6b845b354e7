package dev.muster.agent;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// What is wrong with one simulated device for good.
///
/// @param unsupported settings that it does not have although its platform does
/// @param failing settings that it cannot do, with the reason
record Quirks(Set<String> unsupported, Map<String, String> failing) {
  static final Quirks NONE = new Quirks(Set.of(), Map.of());

  private static final List<Quirks> KNOWN =
      List.of(
          new Quirks(Set.of("usbFileTransferDisabled"), Map.of()),
          new Quirks(Set.of("screenCaptureDisabled"), Map.of()),
          new Quirks(Set.of("osUpdateWindow"), Map.of()),
          new Quirks(Set.of(), Map.of("wifiNetworks", "The radio is switched off by hardware.")),
          new Quirks(Set.of(), Map.of("passwordMinLength", "The keyguard did not answer.")),
          new Quirks(
              Set.of(), Map.of("screenLockSeconds", "A vendor service holds the screen on.")),
          new Quirks(Set.of(), Map.of("appsRequired", "Not enough storage to install packages.")));

  /// The quirks of the device with this number: a device keeps them across restarts.
  ///
  /// @param share of the devices that have one, from 0 to 1
  static Quirks of(int number, double share) {
    Random random = new Random(number * 0x9E3779B97F4A7C15L);
    return random.nextDouble() < share ? KNOWN.get(random.nextInt(KNOWN.size())) : NONE;
  }
}
