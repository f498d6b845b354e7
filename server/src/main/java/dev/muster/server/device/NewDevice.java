package dev.muster.server.device;

import dev.muster.protocol.Platform;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is said of a device when it is registered.
///
/// @param handle null: the device's own id
/// @param name null: the model and the end of the id
/// @param groups names or ids of groups to join
public record NewDevice(
    @Nullable String handle,
    @Nullable String name,
    Platform platform,
    String type,
    DeviceStatus status,
    List<String> groups,
    List<String> tags,
    @Nullable String fingerprint,
    Device.Hardware hardware) {

  /// A device of unknown kind that is in no group.
  public static NewDevice named(@Nullable String name) {
    return new NewDevice(
        null,
        name,
        Platform.OTHER,
        "",
        DeviceStatus.IDLE,
        List.of(),
        List.of(),
        null,
        Device.Hardware.UNKNOWN);
  }

  public NewDevice withHandle(@Nullable String other) {
    return new NewDevice(other, name, platform, type, status, groups, tags, fingerprint, hardware);
  }

  public NewDevice on(Platform other) {
    return new NewDevice(handle, name, other, type, status, groups, tags, fingerprint, hardware);
  }

  public NewDevice ofType(String other, DeviceStatus initial) {
    return new NewDevice(
        handle, name, platform, other, initial, groups, tags, fingerprint, hardware);
  }

  public NewDevice in(List<String> others) {
    return new NewDevice(handle, name, platform, type, status, others, tags, fingerprint, hardware);
  }

  public NewDevice tagged(List<String> others) {
    return new NewDevice(
        handle, name, platform, type, status, groups, others, fingerprint, hardware);
  }

  public NewDevice withFingerprint(@Nullable String other) {
    return new NewDevice(handle, name, platform, type, status, groups, tags, other, hardware);
  }

  public NewDevice with(Device.Hardware other) {
    return new NewDevice(handle, name, platform, type, status, groups, tags, fingerprint, other);
  }
}
