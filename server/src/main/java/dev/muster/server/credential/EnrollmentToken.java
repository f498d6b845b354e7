package dev.muster.server.credential;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A token that admits devices to its organization, without its secret.
///
/// @param uses how many of `maxUses` are spent
public record EnrollmentToken(
    UUID id,
    String name,
    int maxUses,
    int uses,
    Instant createdAt,
    Instant expiresAt,
    @Nullable Instant revokedAt) {}
