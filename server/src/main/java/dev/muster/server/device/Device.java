package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A device as it is registered.
///
/// @param handle the name by which every surface calls it, unique in the organization
/// @param platform never changes, because what applies to the device follows from it
/// @param status one of [DeviceStatus]
/// @param fingerprint what a client that registered itself said of its machine; unlike the hardware
///   id it identifies nothing but a login's device among those of the same person
/// @param attributes what people note about it; see [Attributes]
/// @param owner who logged in on it; null when nobody did
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
    Hardware hardware,
    Standing standing,
    Json.Obj attributes,
    @Nullable Owner owner) {

  /// Where the device is in its life.
  ///
  /// @param deactivatedAt since when it is deactivated; null when it is active, or was when it was
  ///   retired
  public record Standing(
      Lifecycle lifecycle, @Nullable Instant deactivatedAt, @Nullable Instant retiredAt) {
    public static final Standing FRESH = new Standing(Lifecycle.ACTIVE, null, null);
  }

  /// The person whose device it is.
  public record Owner(UUID id, String name) {}

  public Lifecycle lifecycle() {
    return standing.lifecycle();
  }

  /// What people can tell of it and change, by the names of the REST row.
  Json.Obj described() {
    return Json.obj(
        Map.of(
            "device_id", Json.of(handle),
            "name", Json.of(name),
            "platform", Json.of(platform.name()),
            "type", Json.of(type),
            "status", Json.of(status),
            "tags", Json.texts(tags),
            "attributes", attributes,
            "lifecycle", Json.of(lifecycle().name())));
  }

  /// The part of [#described] that is not so in `before`.
  Json.Obj differingFrom(Device before) {
    Map<String, Json> fields = new TreeMap<>(described().fields());
    before.described().fields().forEach(fields::remove);
    return Json.obj(fields);
  }

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
