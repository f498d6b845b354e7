package dev.muster.server.policy;

import dev.muster.protocol.Json;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One version of a policy; it never changes.
///
/// @param number 1, 2, 3 … in its policy
/// @param payload as it is stored: secret values are sealed ([SettingSecrets])
/// @param checksum SHA-256, lower-case hex, of the canonical payload with digests in the place of
///   secret values: equal payloads of an organization have equal ones, and no secret can be guessed
///   from it
public record PolicyVersion(
    UUID id,
    UUID policyId,
    int number,
    Json.Obj payload,
    String checksum,
    String comment,
    @Nullable UUID createdBy,
    Instant createdAt) {}
