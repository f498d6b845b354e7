package dev.muster.server.compliance;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A report as it was received.
///
/// @param observation everything observed, as JSON text
public record StoredReport(
    Instant receivedAt,
    @Nullable Long sequence,
    long version,
    boolean cameraDisabled,
    boolean compliantClaim,
    String observation) {}
