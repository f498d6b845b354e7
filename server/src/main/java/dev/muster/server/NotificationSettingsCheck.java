package dev.muster.server;

import dev.muster.server.platform.NotificationSettings;
import dev.muster.server.platform.Settings;
import dev.muster.server.platform.SmtpSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Finds what is wrong with the settings of messages about alerts, each of which is well-formed.
final class NotificationSettingsCheck {
  private final List<String> sentences = new ArrayList<>();

  private NotificationSettingsCheck() {}

  /// A sentence for each mistake.
  static List<String> mistakes(Settings settings) {
    NotificationSettingsCheck check = new NotificationSettingsCheck();
    check.notification(settings.notification());
    check.smtp(settings.smtp());
    return check.sentences;
  }

  private void notification(NotificationSettings settings) {
    Duration hour = Duration.ofHours(1);
    within("gather", settings.gather(), Duration.ofSeconds(1), hour);
    within("roll-up-quiet", settings.rollUpQuiet(), settings.gather(), hour);
    within("roll-up-window", settings.rollUpWindow(), settings.rollUpQuiet(), hour);
    within("retention", settings.retention(), hour, Duration.ofDays(36_500));
    within("roll-up-from", settings.rollUpFrom(), 2, 10_000);
    within("most-per-minute", settings.mostPerMinute(), 1, 100_000);
    within("attempts", settings.attempts(), 1, 100);
  }

  private void smtp(SmtpSettings settings) {
    if (settings.host().isPresent() != settings.from().isPresent()) {
      sentences.add(
          settings.host().isPresent()
              ? "muster.smtp.host needs muster.smtp.from as well, the address that mail is sent from"
              : "muster.smtp.from needs muster.smtp.host as well, the mail server");
    }
    if (!settings.from().orElse("a@b").matches("[^\\s@<>]+@[^\\s@<>]+")) {
      sentences.add("muster.smtp.from must be an e-mail address");
    }
    if (settings.port() < 1 || settings.port() > 65_535) {
      sentences.add("muster.smtp.port must be from 1 to 65535, and is " + settings.port());
    }
    if (settings.username().isPresent() != settings.password().isPresent()) {
      sentences.add("muster.smtp.username and muster.smtp.password must both be set, or neither");
    }
  }

  private void within(String key, int value, int least, int most) {
    if (value < least || value > most) {
      say(key, least + " to " + most, Integer.toString(value));
    }
  }

  private void within(String key, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      say(key, words(least) + " to " + words(most), words(value));
    }
  }

  private void say(String key, String range, String value) {
    sentences.add("muster.notification." + key + " must be from " + range + ", and is " + value);
  }

  /// As settings are written.
  private static String words(Duration duration) {
    return duration.isNegative()
        ? "negative"
        : duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }
}
