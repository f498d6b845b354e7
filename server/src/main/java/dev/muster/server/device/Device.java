package dev.muster.server.device;

import dev.muster.protocol.Platform;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A device as it is registered.
///
/// @param handle the name by which every surface calls it, unique in the organization
/// @param platform never changes, because what applies to the device follows from it
/// @param status one of [DeviceStatus]
/// @param fingerprint what a client that registered itself said of its machine; unlike the hardware
///   id it identifies nothing
public record Device(
    DeviceId id,
    OrganizationId organization,
    String handle,
    String name,
    Platform platform,
    String type,
    String status,
    List<String> tags,
    Instant createdAt,
    Instant updatedAt,
    @Nullable String fingerprint,
    Hardware hardware) {

  /// What the agent says of the machine. The hardware id outlives a reset of the device and is
  /// unique in the organization.
  public record Hardware(
      @Nullable String hardwareId,
      @Nullable String model,
      @Nullable String osVersion,
      @Nullable String agentVersion) {
    public static final Hardware UNKNOWN = new Hardware(null, null, null, null);
  }
}
