package dev.muster.server.policy;

import dev.muster.server.device.DeviceId;
import java.util.UUID;

/// What a device's desired version and content are computed from.
///
/// @param overrideHash content hash of the device's override, empty without one
public record DesiredState(DeviceId device, UUID setId, long base, String overrideHash) {}
