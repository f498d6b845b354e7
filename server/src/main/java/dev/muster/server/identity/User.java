package dev.muster.server.identity;

import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A person of an organization, without their password.
public record User(
    UserId id,
    OrganizationId organization,
    String email,
    String name,
    Role role,
    boolean active,
    @Nullable String avatarUrl,
    @Nullable Instant lastSeenAt,
    Instant createdAt,
    Instant updatedAt) {}
