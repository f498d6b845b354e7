package dev.muster.server.enrollment;

import dev.muster.protocol.Platform;
import dev.muster.server.device.Device;
import org.jspecify.annotations.Nullable;

/// What a device says of itself when it enrolls.
///
/// @param alias the name that it wants; null: its model and the end of its id
/// @param platform null: nothing is known of it
public record Enrolling(
    @Nullable String alias, @Nullable Platform platform, Device.Hardware hardware) {}
