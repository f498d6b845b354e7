package dev.muster.protocol;

/// What a device runs on. `OTHER` is a device of which nothing is known: it gets every setting.
public enum Platform {
  ANDROID,
  LINUX,
  MACOS,
  IOS,
  WINDOWS,
  OTHER
}
