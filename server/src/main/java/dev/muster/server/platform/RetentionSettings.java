package dev.muster.server.platform;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How long things are kept that have ended and that no other setting speaks of.
public interface RetentionSettings {
  /// How long it is known what was desired of each device at which time; the newest before that
  /// stays.
  @WithDefault("365d")
  Duration desiredChanges();

  /// How long apply jobs are kept after they have ended.
  @WithDefault("90d")
  Duration applyJobs();

  /// How long events are kept that a listener has refused for good (dead letters).
  @WithDefault("30d")
  Duration deadEvents();

  /// How long device tokens are kept after they were revoked.
  @WithDefault("365d")
  Duration revokedTokens();

  /// How long the log of pushes and pulls is kept.
  @WithDefault("30d")
  Duration syncLogs();

  /// How long conflicts are kept after they were resolved.
  @WithDefault("365d")
  Duration resolvedConflicts();

  /// How long an upload of an attachment may stand still before it is given up.
  @WithDefault("24h")
  Duration unfinishedUploads();

  /// How long attachments are kept after their task was deleted; who restores it later has none.
  @WithDefault("90d")
  Duration attachmentsOfDeletedTasks();
}
