package dev.muster.server.live;

import dev.muster.protocol.Platform;
import dev.muster.server.action.ActionId;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Lifecycle;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What watchers are told of a device: nothing of its machine and its owner.
///
/// @param action its present action; null when none runs
public record DeviceView(
    DeviceId id,
    String handle,
    String name,
    Platform platform,
    String type,
    DeviceStatus status,
    Lifecycle lifecycle,
    List<String> tags,
    Instant createdAt,
    Instant updatedAt,
    @Nullable ActionId action) {

  public static DeviceView of(Device device, @Nullable ActionId action) {
    return new DeviceView(
        device.id(),
        device.handle(),
        device.name(),
        device.platform(),
        device.type(),
        DeviceStatus.valueOf(device.status()),
        device.lifecycle(),
        device.tags(),
        device.createdAt(),
        device.updatedAt(),
        action);
  }
}
