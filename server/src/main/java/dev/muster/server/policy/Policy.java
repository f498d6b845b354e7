package dev.muster.server.policy;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A policy and which of its versions is current.
///
/// @param priority 0 to 1000; where two policies of a device set the same thing the higher one
///   wins, and among equals the one made later
/// @param defaults whether it is the organization's defaults ("policy zero"): weakest of all,
///   applies to every device
/// @param currentVersion number of the current version; null before the first is published
/// @param activations how often a version has been made current
public record Policy(
    UUID id,
    String name,
    PolicyType type,
    String description,
    int priority,
    boolean defaults,
    @Nullable UUID currentVersionId,
    @Nullable Integer currentVersion,
    long activations,
    @Nullable Instant archivedAt,
    Instant createdAt,
    Instant updatedAt) {}
