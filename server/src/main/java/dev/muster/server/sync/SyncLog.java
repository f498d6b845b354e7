package dev.muster.server.sync;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A push or pull in the log, as REST shows it.
///
/// @param outcome `ok`, or the code of what was refused
@JsonNaming(SnakeCaseStrategy.class)
public record SyncLog(
    UUID id,
    @Nullable UUID user,
    @Nullable String userName,
    UUID device,
    @Nullable String deviceName,
    String operation,
    int items,
    int conflicts,
    int durationMs,
    String outcome,
    @Nullable String clientVersion,
    Instant createdAt) {
  static final String OK = "ok";
}
