package dev.muster.server.identity;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A credential of a program, without its secret.
///
/// @param createdBy whose rights it has a part of
/// @param lastUsedAt to the minute or so
public record ApiKey(
    UUID id,
    String name,
    Set<Scope> scopes,
    UserId createdBy,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant lastUsedAt,
    @Nullable Instant revokedAt) {
  public ApiKey {
    scopes = Set.copyOf(scopes);
  }

  boolean livesAt(Instant now) {
    return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
  }
}
