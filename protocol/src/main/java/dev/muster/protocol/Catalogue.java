package dev.muster.protocol;

import dev.muster.protocol.Setting.Satisfied;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Every setting that Muster knows. A setting is added by one line here; validation, merging,
/// drift, masking and the published catalogue follow from it.
public final class Catalogue {
  private static final Set<Platform> ALL = EnumSet.allOf(Platform.class);

  private static final List<Setting> SETTINGS =
      Collections.unmodifiableList(
          Arrays.asList(
              flag("cameraDisabled", ALL, "No app may use a camera."),
              flag(
                  "screenCaptureDisabled",
                  allBut(Platform.LINUX),
                  "The screen can be neither recorded nor photographed."),
              flag("usbFileTransferDisabled", allBut(Platform.IOS), "No files go over USB."),
              open(
                  "passwordMinLength",
                  new SettingType.Whole(0, 64),
                  Satisfied.AT_LEAST,
                  "The shortest password that the device accepts; 0 asks for none."),
              open(
                  "screenLockSeconds",
                  new SettingType.Whole(5, 86_400),
                  Satisfied.AT_MOST,
                  "The screen locks after this many idle seconds; a device that never locks reports 0."),
              open(
                  "appsRequired",
                  new SettingType.Packages(500),
                  Satisfied.CONTAINS,
                  "Packages that must be installed; the device reports what is."),
              open(
                  "appsBlocked",
                  new SettingType.Packages(500),
                  Satisfied.CONTAINS,
                  "Packages that must not run; the device reports what it blocks."),
              open(
                  "minOsVersion",
                  new SettingType.Version(),
                  Satisfied.AT_LEAST,
                  "The oldest operating system that is accepted; the device reports its own."),
              flag("bluetoothDisabled", ALL, "Bluetooth is off, and nobody can turn it on."),
              flag(
                  "factoryResetDisabled",
                  allBut(Platform.LINUX),
                  "Who holds the device cannot erase it."),
              open(
                  "passwordComplexity",
                  SettingType.OneOf.of("none", "low", "medium", "high"),
                  Satisfied.AT_LEAST,
                  "How hard the screen lock is to guess, in Android's levels."),
              open(
                  "encryptionRequired",
                  new SettingType.Flag(),
                  Satisfied.AT_LEAST,
                  "Storage is encrypted; the device reports whether it is, and false asks for nothing."),
              secret(
                  "wifiNetworks",
                  new WifiNetworks(50),
                  "Wi-Fi networks that the device knows; it reports a digest of those of the policy."),
              open(
                  "appsAllowed",
                  new SettingType.Packages(500),
                  Satisfied.WITHIN,
                  "The only packages that may run, besides the system's own; the device reports which may."),
              new Setting(
                  "kioskApp",
                  new SettingType.AppOrNone(),
                  only(Platform.ANDROID, Platform.IOS, Platform.WINDOWS),
                  false,
                  Satisfied.EXACT,
                  "The one app that the device is locked to; null for none."),
              open(
                  "osUpdateWindow",
                  new UpdateWindow(),
                  Satisfied.EXACT,
                  "When system updates may be installed, by the device's clock; it may pass midnight."),
              new Setting(
                  "locationMode",
                  SettingType.OneOf.of("off", "device_only", "battery_saving", "high_accuracy"),
                  only(Platform.ANDROID, Platform.IOS, Platform.WINDOWS),
                  false,
                  Satisfied.EXACT,
                  "How the device finds out where it is."),
              open(
                  "minAgentVersion",
                  new SettingType.Version(),
                  Satisfied.AT_LEAST,
                  "The oldest agent that is accepted; the device reports its own."),
              open(
                  "monitoredApp",
                  new MonitoredApp(),
                  Satisfied.EXACT,
                  "An app that the agent watches, and starts again if autoRelaunch is set.")));

  private static final Map<String, Setting> BY_KEY = byKey();

  private Catalogue() {}

  /// Every setting, in the order of the catalogue.
  public static List<Setting> all() {
    return SETTINGS;
  }

  public static Optional<Setting> find(String key) {
    return Optional.ofNullable(BY_KEY.get(key));
  }

  private static Setting flag(String key, Set<Platform> platforms, String summary) {
    return new Setting(key, new SettingType.Flag(), platforms, false, Satisfied.EXACT, summary);
  }

  private static Setting open(String key, SettingType type, Satisfied satisfied, String summary) {
    return new Setting(key, type, ALL, false, satisfied, summary);
  }

  private static Setting secret(String key, SettingType type, String summary) {
    return new Setting(key, type, ALL, true, Satisfied.EXACT, summary);
  }

  private static Set<Platform> only(Platform first, Platform... others) {
    Set<Platform> platforms = EnumSet.of(first, others);
    platforms.add(Platform.OTHER);
    return platforms;
  }

  private static Set<Platform> allBut(Platform platform) {
    return EnumSet.complementOf(EnumSet.of(platform));
  }

  private static Map<String, Setting> byKey() {
    Map<String, Setting> byKey = new LinkedHashMap<>();
    for (Setting setting : SETTINGS) {
      if (byKey.put(setting.key(), setting) != null) {
        throw new IllegalStateException("The catalogue has " + setting.key() + " twice");
      }
    }
    return byKey;
  }
}
