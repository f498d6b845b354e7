package dev.muster.server.policy;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.compliance.DeviceCompliance;
import dev.muster.server.compliance.Report;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One organization of a [PolicyWorld], by the short names that tests use. Devices, groups and
/// policies are strings here: what a path would name.
public record PolicyTenant(PolicyWorld world, OrganizationId organization, Caller.Person admin) {

  public String device() {
    return device(Platform.OTHER);
  }

  public String device(Platform platform, String... groups) {
    return world
        .devices()
        .register(admin, NewDevice.named("d").on(platform).in(List.of(groups)))
        .id()
        .toString();
  }

  public String group() {
    return world.groups().create(admin, "g-" + Ids.next().toString().substring(20)).id().toString();
  }

  /// A policy without versions.
  public String policy(int priority) {
    return policy(PolicyType.RESTRICTIONS, priority);
  }

  public String policy(PolicyType type, int priority) {
    String name = "p-" + Ids.next().toString().substring(20);
    return world
        .policies()
        .create(admin, new Policies.NewPolicy(name, type, "", priority))
        .id()
        .toString();
  }

  /// A policy with one version.
  public String published(int priority, Map<String, Json> payload) {
    String policy = policy(priority);
    publish(policy, payload);
    return policy;
  }

  public PolicyVersion publish(String policy, Map<String, Json> payload) {
    return world.policies().publish(admin, policy, new Json.Obj(payload), "", null);
  }

  public Policy find(String policy) {
    return world.policies().find(admin, policy);
  }

  public void assign(String device, String policy) {
    world.assignments().assign(admin, device, policy);
  }

  public void unassign(String device, String policy) {
    world.assignments().unassign(admin, device, policy);
  }

  public void assignToGroup(String group, String policy) {
    world.assignments().assignToGroup(admin, group, policy);
  }

  public void unassignFromGroup(String group, String policy) {
    world.assignments().unassignFromGroup(admin, group, policy);
  }

  public void join(String group, String device) {
    world.groups().join(admin, group, device);
  }

  public void leave(String group, String device) {
    world.groups().leave(admin, group, device);
  }

  public DesiredPolicy override(String device, Map<String, Json> settings) {
    boolean cameraDisabled = Json.of(true).equals(settings.get("cameraDisabled"));
    return world.desired().override(admin, device, cameraDisabled, new Json.Obj(settings));
  }

  /// What the device would be handed now.
  public DesiredPolicy pull(String device) {
    return world.pulls().pull(admin, device, null).policy();
  }

  public long version(String device) {
    return pull(device).version();
  }

  public Map<String, Json> settings(String device) {
    return pull(device).settings().fields();
  }

  public void report(String device, long version, Map<String, Json> observed) {
    report(device, version, observed, null);
  }

  public void report(
      String device, long version, Map<String, Json> observed, @Nullable Long sequence) {
    boolean cameraDisabled = Json.of(true).equals(observed.get("cameraDisabled"));
    world
        .compliance()
        .report(
            self(device),
            device,
            new Report(version, cameraDisabled, true, new Json.Obj(observed), sequence));
  }

  /// Reports that the device is exactly what is desired of it.
  public void obey(String device) {
    DesiredPolicy desired = pull(device);
    report(device, desired.version(), desired.settings().fields());
  }

  public DeviceCompliance status(String device) {
    return world.compliance().of(admin, device);
  }

  /// The device itself, with its token.
  public Caller.Device self(String device) {
    return new Caller.Device(organization, UUID.fromString(device), Ids.next());
  }

  public static DeviceId id(String device) {
    return new DeviceId(UUID.fromString(device));
  }

  public static Map<String, Json> camera(boolean disabled) {
    return Map.of("cameraDisabled", Json.of(disabled));
  }

  public static Map<String, Json> password(int length) {
    return Map.of("passwordMinLength", Json.of(length));
  }
}
