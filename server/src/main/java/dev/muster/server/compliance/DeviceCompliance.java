package dev.muster.server.compliance;

import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What is desired of a device beside what it last reported, from one snapshot.
///
/// @param drift JSON array of `{setting, desired, actual}`, empty unless the report is of the
///   desired version and differs
public record DeviceCompliance(
    UUID deviceId,
    String device,
    String name,
    Platform platform,
    ComplianceState state,
    long desiredVersion,
    Json.Obj desired,
    @Nullable StoredReport report,
    Json drift) {
  @Nullable Instant reportedAt() {
    return report == null ? null : report.receivedAt();
  }
}
