package dev.muster.server.policy;

import dev.muster.protocol.Json;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One version of a policy; it never changes.
///
/// @param number 1, 2, 3 … in its policy
/// @param checksum SHA-256 of the canonical payload, lower-case hex
public record PolicyVersion(
    UUID id,
    UUID policyId,
    int number,
    Json.Obj payload,
    String checksum,
    String comment,
    @Nullable UUID createdBy,
    Instant createdAt) {}
