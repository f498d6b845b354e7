package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is said of a device when it is registered.
///
/// @param handle null: the device's own id
/// @param name null: the model and the end of the id
/// @param groups names or ids of groups to join
/// @param attributes checked by [Attributes#merged]
/// @param owner null: nobody's
public record NewDevice(
    @Nullable String handle,
    @Nullable String name,
    Platform platform,
    String type,
    DeviceStatus status,
    List<String> groups,
    List<String> tags,
    Json.Obj attributes,
    @Nullable String fingerprint,
    Device.Hardware hardware,
    Device.@Nullable Owner owner) {

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
        Json.obj(Map.of()),
        null,
        Device.Hardware.UNKNOWN,
        null);
  }

  public NewDevice withHandle(@Nullable String other) {
    return new NewDevice(
        other,
        name,
        platform,
        type,
        status,
        groups,
        tags,
        attributes,
        fingerprint,
        hardware,
        owner);
  }

  public NewDevice on(Platform other) {
    return new NewDevice(
        handle, name, other, type, status, groups, tags, attributes, fingerprint, hardware, owner);
  }

  public NewDevice ofType(String other, DeviceStatus initial) {
    return new NewDevice(
        handle,
        name,
        platform,
        other,
        initial,
        groups,
        tags,
        attributes,
        fingerprint,
        hardware,
        owner);
  }

  public NewDevice in(List<String> others) {
    return new NewDevice(
        handle,
        name,
        platform,
        type,
        status,
        others,
        tags,
        attributes,
        fingerprint,
        hardware,
        owner);
  }

  public NewDevice tagged(List<String> others) {
    return new NewDevice(
        handle,
        name,
        platform,
        type,
        status,
        groups,
        others,
        attributes,
        fingerprint,
        hardware,
        owner);
  }

  public NewDevice withAttributes(Json.Obj others) {
    return new NewDevice(
        handle, name, platform, type, status, groups, tags, others, fingerprint, hardware, owner);
  }

  public NewDevice withFingerprint(@Nullable String other) {
    return new NewDevice(
        handle, name, platform, type, status, groups, tags, attributes, other, hardware, owner);
  }

  public NewDevice with(Device.Hardware other) {
    return new NewDevice(
        handle, name, platform, type, status, groups, tags, attributes, fingerprint, other, owner);
  }

  public NewDevice ownedBy(Device.Owner other) {
    return new NewDevice(
        handle,
        name,
        platform,
        type,
        status,
        groups,
        tags,
        attributes,
        fingerprint,
        hardware,
        other);
  }
}
