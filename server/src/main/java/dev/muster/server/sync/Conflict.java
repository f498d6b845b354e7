package dev.muster.server.sync;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// An edit that could not be applied by itself, and how somebody has decided, as REST shows it.
///
/// @param entityId as the device wrote it; of what was refused it may be no UUID
/// @param localVersion what the device has pushed
/// @param serverVersion the row as the server had it; null when it had none
@JsonNaming(SnakeCaseStrategy.class)
public record Conflict(
    UUID id,
    String entityType,
    String entityId,
    String operation,
    @Nullable UUID user,
    @Nullable String userName,
    @Nullable UUID device,
    @Schema(implementation = Object.class) Json.Obj localVersion,
    @Schema(implementation = Object.class) Json.@Nullable Obj serverVersion,
    @Schema(implementation = Object.class) Json.Obj localVectorClock,
    @Schema(implementation = Object.class) Json.Obj serverVectorClock,
    String conflictReason,
    @Nullable String resolutionStrategy,
    @Schema(implementation = Object.class) Json.@Nullable Obj resolvedVersion,
    @Nullable UUID resolvedBy,
    @Nullable String resolvedByName,
    Instant createdAt,
    @Nullable Instant resolvedAt) {

  boolean isOf(Item item) {
    return entityType.equals(item.kind().wireName()) && entityId.equals(item.sentId());
  }

  /// As people see it: both sides as fields, not as what was sent around them.
  Conflict shown() {
    return new Conflict(
        id,
        entityType,
        entityId,
        operation,
        user,
        userName,
        device,
        data(localVersion),
        serverVersion,
        localVectorClock,
        serverVectorClock,
        conflictReason,
        resolutionStrategy,
        resolvedVersion == null ? null : data(resolvedVersion),
        resolvedBy,
        resolvedByName,
        createdAt,
        resolvedAt);
  }

  /// What has no data is shown whole.
  private static Json.Obj data(Json.Obj sent) {
    return sent.fields().get("data") instanceof Json.Obj data ? data : sent;
  }
}
