package dev.muster.server.dispatch;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One try to hand a command to its device.
///
/// @param latencyMillis from taking the command to knowing what came of it
/// @param httpCode of the push service; null where it was not asked
/// @param error null when it went well
/// @param retry which repetition it is, 0 for the first try
record Dispatch(
    UUID id,
    String action,
    String requestId,
    Delivery.Kind kind,
    Channel channel,
    Instant at,
    long latencyMillis,
    @Nullable Integer httpCode,
    @Nullable String error,
    int retry) {}
