package dev.muster.server.policy;

import dev.muster.protocol.Json;
import dev.muster.protocol.Payloads;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.device.EventKind;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The override by which one device differs from its policies.
@Singleton
public class DesiredPolicies {
  private static final Json.Obj NOTHING = Json.obj(Map.of());

  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final DesiredVersions versions;
  private final SettingSecrets secrets;
  private final Wakes wakes;
  private final Audit audit;

  DesiredPolicies(
      Database database,
      InstantSource clock,
      Devices devices,
      DesiredVersions versions,
      SettingSecrets secrets,
      Wakes wakes,
      Audit audit) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.versions = versions;
    this.secrets = secrets;
    this.wakes = wakes;
    this.audit = audit;
  }

  /// Replaces a device's override: all of it when `settings` are given, else only `cameraDisabled`.
  /// A secret that is the mask keeps the value of the override before. The version rises by exactly
  /// one, even when nothing differs.
  public DesiredPolicy override(
      Caller caller, String device, boolean cameraDisabled, Json.@Nullable Obj settings) {
    caller.require(Right.WRITE_POLICIES);
    if (settings != null
        && settings.fields().get("cameraDisabled") instanceof Json.Bool flag
        && flag.value() != cameraDisabled) {
      throw Refusal.invalid(
          "settings.cameraDisabled", "must be the same as cameraDisabled, or be left out");
    }
    return changeOverride(
        caller,
        device,
        "device.overridden",
        old -> {
          Map<String, Json> fields =
              new TreeMap<>(
                  (settings == null
                          ? old
                          : secrets.accepted(
                              caller.organization(),
                              SettingSecrets.Draft.of("settings", settings, old)))
                      .fields());
          fields.put("cameraDisabled", Json.of(cameraDisabled));
          return new Json.Obj(fields);
        });
  }

  /// Removes a device's override. The version rises by one.
  public DesiredPolicy clearOverride(Caller caller, String device) {
    caller.require(Right.WRITE_POLICIES);
    return changeOverride(caller, device, "device.override_cleared", _ -> null);
  }

  private interface OverrideChange {
    Json.@Nullable Obj apply(Json.Obj old);
  }

  private DesiredPolicy changeOverride(
      Caller caller, String device, String action, OverrideChange change) {
    return database.in(
        caller.organization(),
        handle -> {
          Device found = devices.holdChangeable(handle, caller.organization(), device);
          OrganizationId organization = found.organization();
          DesiredStore.lock(handle, organization, List.of(found.id()));
          Json.Obj old = DesiredStore.override(handle, organization, found.id());
          Json.Obj changed = change.apply(old);
          DesiredState state =
              DesiredStore.writeOverride(
                  handle,
                  organization,
                  found.id(),
                  changed,
                  changed == null ? "" : secrets.hash(organization, changed),
                  clock.instant());
          audit.record(
              handle,
              caller,
              Change.of(action, "device", found.handle())
                  .from(masked(old))
                  .to(changed == null ? NOTHING : masked(changed)));
          versions.tell(handle, organization, List.of(state));
          DesiredPolicy after = versions.desired(handle, organization, found.id());
          devices.note(
              handle,
              caller,
              found.id(),
              EventKind.POLICY_OVERRIDDEN,
              Json.obj(Map.of("version", Json.of(after.version()))));
          wakes.wakeDevices(handle, organization, List.of(found.id()), null);
          return after;
        });
  }

  private static Json.Obj masked(Json.Obj settings) {
    return Json.obj(Map.of("settings", Payloads.masked(settings)));
  }
}
