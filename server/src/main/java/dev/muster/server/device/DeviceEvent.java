package dev.muster.server.device;

import dev.muster.protocol.Json;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Something that happened to a device.
///
/// @param body what of it, by the names of the REST row
/// @param actor null in events from before actors were noted
/// @param requestId of the request that caused it; null when it was a job
public record DeviceEvent(
    UUID id,
    EventKind kind,
    Instant at,
    Json.Obj body,
    @Nullable Actor actor,
    @Nullable String requestId) {}
