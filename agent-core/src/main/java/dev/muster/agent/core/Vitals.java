package dev.muster.agent.core;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the device is: what its heartbeats say of it. An agent calls it from one thread.
public interface Vitals {

  /// Reads the device now.
  ///
  /// @throws IOException when it cannot be read, with a sentence for people; this heartbeat is then
  ///   left out
  Reading read() throws IOException;

  /// What was read.
  ///
  /// @param apps those that somebody may ask about, by package
  /// @param signals of the app that the device watches, null when it watches none or cannot see it
  /// @param more what else the contract has for heartbeats, by its name there, or anything besides
  record Reading(
      Battery battery,
      Machine machine,
      Memory memory,
      Network network,
      Map<String, App> apps,
      @Nullable RunningSignals signals,
      Map<String, Json> more) {}

  /// @param percent 0 to 100; 100 of a device that hangs on the mains
  /// @param celsius null where it has no sensor
  record Battery(int percent, boolean charging, @Nullable Double celsius) {}

  /// What runs, and since when.
  ///
  /// @param osVersion such as `16`, on Android and elsewhere
  /// @param sdkInt Android's API level, null elsewhere
  record Machine(
      long uptimeSeconds,
      String osVersion,
      @Nullable Integer sdkInt,
      String patchLevel,
      String buildId,
      String model,
      String manufacturer) {}

  /// Memory in MiB.
  record Memory(long totalMb, long availableMb) {
    /// How much of it is in use, 0 to 100.
    double pressurePercent() {
      return totalMb <= 0 ? 0 : 100.0 * Math.max(0, totalMb - availableMb) / totalMb;
    }
  }

  /// @param transport `wifi`, `cellular`, `ethernet`, `none`, or what the system calls it
  record Network(
      String transport, @Nullable String ssid, @Nullable String carrier, @Nullable String ip) {}

  /// @param versionName null when it is not installed or does not say
  record App(boolean installed, @Nullable String versionName, @Nullable Long versionCode) {}

  /// By what one sees that an app runs.
  ///
  /// @param foregroundRecentSeconds how long ago it was in front, null when that is not known
  record RunningSignals(boolean serviceNotification, @Nullable Long foregroundRecentSeconds) {}
}
