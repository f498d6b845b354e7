package dev.muster.server;

import dev.muster.server.platform.TelemetrySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Finds what is wrong with the settings of heartbeats, each of which is well-formed.
final class TelemetrySettingsCheck {
  private static final String PREFIX = "muster.telemetry.";
  private static final int MOST = 1_000_000;

  /// The largest batch of a device has to find room.
  private static final long LEAST_MEMORY = 4L << 20;

  private final List<String> sentences = new ArrayList<>();

  private TelemetrySettingsCheck() {}

  /// A sentence for each mistake.
  static List<String> mistakes(TelemetrySettings settings) {
    TelemetrySettingsCheck check = new TelemetrySettingsCheck();
    check.days("interval", settings.interval(), 1);
    check.days("online-within", settings.onlineWithin(), 30);
    check.count("queue", settings.queue());
    if (settings.queueMemory().asLongValue() < LEAST_MEMORY) {
      check.sentences.add(PREFIX + "queue-memory must be at least 4M");
    }
    check.count("batch", settings.batch());
    if (settings.oldest().isNegative()
        || settings.oldest().compareTo(Duration.ofDays(36_500)) > 0) {
      check.sentences.add(PREFIX + "oldest must be from 0d to 36500d");
    }
    return check.sentences;
  }

  /// Devices are told whole seconds.
  private void days(String key, Duration value, int most) {
    if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(Duration.ofDays(most)) > 0) {
      sentences.add(PREFIX + key + " must be from 1s to " + most + "d");
    }
  }

  private void count(String key, int value) {
    if (value < 1 || value > MOST) {
      sentences.add(PREFIX + key + " must be from 1 to " + MOST + ", and is " + value);
    }
  }
}
