package dev.muster.server;

import dev.muster.server.platform.HistorySettings;
import dev.muster.server.platform.RetentionSettings;
import dev.muster.server.platform.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Finds what is wrong with how long things are kept, and where archives are.
final class HistorySettingsCheck {
  private static final int MOST_DAYS = 36_500;

  /// What devices send late is taken for two days.
  private static final int LEAST_HISTORY = 3;

  private final List<String> sentences = new ArrayList<>();

  private HistorySettingsCheck() {}

  /// A sentence for each mistake.
  static List<String> mistakes(Settings settings) {
    HistorySettingsCheck check = new HistorySettingsCheck();
    HistorySettings history = settings.history();
    check.days("history.retention", history.retention(), LEAST_HISTORY);
    check.days("history.restored-kept", history.restoredKept(), 1);
    check.bucket(history.s3());
    RetentionSettings kept = settings.retention();
    check.days("retention.desired-changes", kept.desiredChanges(), 1);
    check.days("retention.apply-jobs", kept.applyJobs(), 1);
    check.days("retention.dead-events", kept.deadEvents(), 1);
    check.days("retention.revoked-tokens", kept.revokedTokens(), 1);
    check.days("retention.sync-logs", kept.syncLogs(), 1);
    check.days("retention.resolved-conflicts", kept.resolvedConflicts(), 1);
    check.days("retention.unfinished-uploads", kept.unfinishedUploads(), 1);
    check.days("retention.attachments-of-deleted-tasks", kept.attachmentsOfDeletedTasks(), 1);
    return check.sentences;
  }

  private void bucket(HistorySettings.ArchiveBucket bucket) {
    if (bucket.accessKey().isPresent() != bucket.secretKey().isPresent()) {
      sentences.add(
          "muster.history.s3.access-key and muster.history.s3.secret-key are set together or not"
              + " at all");
    }
    String scheme = bucket.endpoint().map(URI::getScheme).orElse("https");
    if (scheme == null || !Set.of("http", "https").contains(scheme)) {
      sentences.add("muster.history.s3.endpoint must begin with http:// or https://");
    }
  }

  private void days(String key, Duration value, int least) {
    if (value.compareTo(Duration.ofDays(least)) < 0
        || value.compareTo(Duration.ofDays(MOST_DAYS)) > 0) {
      sentences.add("muster.%s must be from %dd to %dd".formatted(key, least, MOST_DAYS));
    }
  }
}
