package dev.muster.server;

import dev.muster.server.action.ActionType;
import dev.muster.server.platform.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Finds what is wrong with the settings of actions, each of which is well-formed.
final class ActionSettingsCheck {
  private static final String PREFIX = "muster.action.";
  private static final Duration YEAR = Duration.ofDays(365);

  private final List<String> sentences = new ArrayList<>();

  private ActionSettingsCheck() {}

  /// A sentence for each mistake.
  static List<String> mistakes(Settings.Action settings) {
    ActionSettingsCheck check = new ActionSettingsCheck();
    check.action(settings);
    check.simulator(settings.simulator());
    return check.sentences;
  }

  private void action(Settings.Action settings) {
    within("ttl", settings.ttl(), Duration.ofSeconds(1), YEAR);
    within("timeout", settings.timeout(), Duration.ofSeconds(1), YEAR);
    within("backoff", settings.backoff(), Duration.ofMillis(1), Duration.ofHours(1));
    within("resend-after", settings.resendAfter(), Duration.ofMillis(1), Duration.ofHours(1));
    within("retention", settings.retention(), Duration.ofHours(1), Duration.ofDays(36_500));
    if (settings.attempts() < 1 || settings.attempts() > 10) {
      say("attempts must be from 1 to 10, and is " + settings.attempts());
    }
    if (settings.queueLimit() < 1 || settings.queueLimit() > 10_000) {
      say("queue-limit must be from 1 to 10000, and is " + settings.queueLimit());
    }
  }

  private void simulator(Settings.Simulator simulator) {
    range("simulator.", simulator.shortest(), simulator.longest());
    share("simulator.", simulator.success());
    simulator
        .types()
        .forEach((name, own) -> {
          String key = "simulator.type." + name + ".";
          if (Arrays.stream(ActionType.values()).noneMatch(type -> type.name().equals(name))) {
            say(
                "simulator.type."
                    + name
                    + " is no type of action; there are "
                    + Arrays.stream(ActionType.values())
                        .map(Enum::name)
                        .collect(Collectors.joining(", ")));
          }
          range(
              key,
              own.shortest().orElse(simulator.shortest()),
              own.longest().orElse(simulator.longest()));
          share(key, own.success().orElse(simulator.success()));
        });
  }

  private void range(String key, Duration shortest, Duration longest) {
    if (shortest.isNegative()) {
      say(key + "shortest must not be negative");
    }
    if (shortest.compareTo(longest) > 0) {
      say(key + "shortest must not be more than " + PREFIX + key + "longest");
    }
  }

  private void share(String key, double success) {
    if (!(success >= 0 && success <= 1)) {
      say(key + "success must be from 0 to 1, and is " + success);
    }
  }

  private void within(String key, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      say(
          key
              + " must be from "
              + words(least)
              + " to "
              + words(most)
              + ", and is "
              + words(value));
    }
  }

  /// As settings are written.
  private static String words(Duration duration) {
    return duration.isNegative()
        ? "negative"
        : duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private void say(String sentence) {
    sentences.add(PREFIX + sentence);
  }
}
