package dev.muster.server.audit;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which entries are wanted; null leaves a thing open.
///
/// @param action the whole of it, or what stands before its point and the point: `policy.`
/// @param from the earliest time
/// @param until the first time that is too late
record AuditFilter(
    @Nullable UUID actor,
    Actor.@Nullable Kind actorKind,
    @Nullable String action,
    @Nullable String kind,
    @Nullable String target,
    @Nullable String requestId,
    @Nullable Instant from,
    @Nullable Instant until) {}
