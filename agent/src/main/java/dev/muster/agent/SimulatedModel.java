package dev.muster.agent;

import dev.muster.protocol.Platform;
import java.util.List;

/// What a simulated device is.
///
/// @param apps what is installed when it comes out of the box
record SimulatedModel(Platform platform, String name, String osVersion, List<String> apps) {
  private static final List<String> PHONE_APPS =
      List.of("com.android.chrome", "com.android.settings", "com.example.mail");
  private static final List<String> DESK_APPS = List.of("firefox", "openssh", "python3");

  private static final List<SimulatedModel> ALL =
      List.of(
          new SimulatedModel(Platform.ANDROID, "Pixel 9", "16", PHONE_APPS),
          new SimulatedModel(Platform.ANDROID, "Galaxy Tab Active5", "15", PHONE_APPS),
          new SimulatedModel(Platform.ANDROID, "Zebra TC58", "14", PHONE_APPS),
          new SimulatedModel(Platform.LINUX, "ThinkPad X1", "6.12.41", DESK_APPS),
          new SimulatedModel(Platform.LINUX, "Raspberry Pi 5", "6.6.62", DESK_APPS),
          new SimulatedModel(Platform.MACOS, "MacBook Air", "15.6.1", DESK_APPS),
          new SimulatedModel(Platform.IOS, "iPad", "18.6", List.of("com.apple.mobilesafari")),
          new SimulatedModel(Platform.WINDOWS, "Surface Pro", "10.0.26100", DESK_APPS),
          new SimulatedModel(Platform.OTHER, "Kiosk", "2.4", List.of("kiosk")));

  /// One of the models of a platform; the same number gives the same model.
  static SimulatedModel of(Platform platform, int number) {
    List<SimulatedModel> models = ALL.stream().filter(m -> m.platform == platform).toList();
    return models.get(Math.floorMod(number, models.size()));
  }

  /// Whether its storage is encrypted when it comes out of the box.
  boolean encrypted() {
    return switch (platform) {
      case ANDROID, IOS, MACOS -> true;
      case LINUX, WINDOWS, OTHER -> false;
    };
  }
}
