package dev.muster.server.session;

import dev.muster.server.identity.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a login began and has not ended.
///
/// @param refreshedAt when it was last continued; null if it never was
/// @param expiresAt when it ends unless it is continued
/// @param address where it was begun
public record Session(
    SessionId id,
    UserId user,
    Instant createdAt,
    @Nullable Instant refreshedAt,
    Instant expiresAt,
    @Nullable String address,
    @Nullable String userAgent) {}
