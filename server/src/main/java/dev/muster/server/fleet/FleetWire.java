package dev.muster.server.fleet;

import dev.muster.fleet.DeviceFilter;
import dev.muster.fleet.DeviceInfo;
import dev.muster.fleet.DeviceStatus;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.protocol.Platform;
import dev.muster.server.action.ActionId;
import dev.muster.server.device.Device;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.device.NewDevice;
import dev.muster.server.live.DeviceView;
import dev.muster.server.platform.Refusal;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Devices as protobuf says them.
final class FleetWire {
  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_TYPE = 200;

  private FleetWire() {}

  /// @param running its present action; null when none runs
  static DeviceInfo info(Device device, @Nullable ActionId running) {
    return info(DeviceView.of(device, running));
  }

  static DeviceInfo info(DeviceView device) {
    ActionId running = device.action();
    return DeviceInfo.newBuilder()
        .setDeviceId(device.handle())
        .setStatus(DeviceStatus.valueOf(device.status().name()))
        .setDeviceName(device.name())
        .setDeviceType(device.type())
        .setRegisteredAt(seconds(device.createdAt()))
        .setLastUpdated(seconds(device.updatedAt()))
        .setPlatform(device.platform().name())
        .setLifecycle(device.lifecycle().name())
        .addAllTags(device.tags())
        .setCurrentActionId(running == null ? "" : running.value())
        .build();
  }

  /// Whole seconds; a fraction is cut off.
  static long seconds(Instant time) {
    return time.getEpochSecond();
  }

  /// @throws Refusal in the contract's words when it is none that a device can have
  static dev.muster.server.device.DeviceStatus status(DeviceStatus status) {
    return switch (status) {
      case IDLE -> dev.muster.server.device.DeviceStatus.IDLE;
      case BUSY -> dev.muster.server.device.DeviceStatus.BUSY;
      case OFFLINE -> dev.muster.server.device.DeviceStatus.OFFLINE;
      case MAINTENANCE -> dev.muster.server.device.DeviceStatus.MAINTENANCE;
      case UPDATING -> dev.muster.server.device.DeviceStatus.UPDATING;
      case RECOVERING -> dev.muster.server.device.DeviceStatus.RECOVERING;
      case ERROR -> dev.muster.server.device.DeviceStatus.ERROR;
      case DEVICE_STATUS_UNKNOWN, UNRECOGNIZED -> throw Contract.invalidStatus();
    };
  }

  /// @throws Refusal naming the field that is wrong
  static NewDevice newDevice(RegisterDeviceRequest request) {
    Contract.requireDeviceId(request.getDeviceId());
    String name = request.getDeviceName();
    if (!name.isEmpty() && (name.isBlank() || name.length() > LONGEST_NAME)) {
      throw Refusal.invalid("device_name", "must have 1 to 200 characters, or be empty");
    }
    if (request.getDeviceType().length() > LONGEST_TYPE) {
      throw Refusal.invalid("device_type", "must have 200 characters at the most");
    }
    DeviceStatus initial = request.getInitialStatus();
    return NewDevice.named(name.isEmpty() ? null : name)
        .withHandle(request.getDeviceId())
        .ofType(
            request.getDeviceType(),
            initial == DeviceStatus.DEVICE_STATUS_UNKNOWN
                ? dev.muster.server.device.DeviceStatus.IDLE
                : status(initial));
  }

  /// @throws Refusal naming the field that is wrong
  static dev.muster.server.device.DeviceFilter filter(DeviceFilter filter) {
    dev.muster.server.device.DeviceFilter read =
        dev.muster.server.device.DeviceFilter.ALL
            .searching(given(filter.getSearch()))
            .in(given(filter.getGroup()))
            .at(
                filter.getLifecycle().isEmpty()
                    ? null
                    : word("filter.lifecycle", filter.getLifecycle(), Lifecycle.values()));
    if (filter.getStatus() != DeviceStatus.DEVICE_STATUS_UNKNOWN) {
      read = read.having("status", status(filter.getStatus()).name());
    }
    if (!filter.getPlatform().isEmpty()) {
      read =
          read.having(
              "platform", word("filter.platform", filter.getPlatform(), Platform.values()).name());
    }
    if (!filter.getDeviceType().isEmpty()) {
      read = read.having("type", filter.getDeviceType());
    }
    for (String tag : filter.getTagsList()) {
      read = read.having("tag", tag);
    }
    return read;
  }

  private static <E extends Enum<E>> E word(String field, String text, E[] words) {
    return Arrays.stream(words)
        .filter(word -> word.name().equals(text))
        .findFirst()
        .orElseThrow(() ->
            Refusal.invalid(
                field,
                "must be one of "
                    + Arrays.stream(words).map(Enum::name).collect(Collectors.joining(", "))));
  }

  private static @Nullable String given(String text) {
    return text.isEmpty() ? null : text;
  }
}
