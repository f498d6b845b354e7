package dev.muster.server.enrollment;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.credential.DeviceCredentials;
import dev.muster.server.credential.EnrollmentTokens;
import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.device.GroupId;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.policy.DesiredVersions;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Lets devices in.
///
/// Everything happens in one transaction, with locks in this order: the enrollment token, the
/// hardware id, the device, groups, what is desired of the device, policies, its credentials.
@Singleton
public class Enrollments {
  private final Database database;
  private final EnrollmentTokens enrollmentTokens;
  private final Devices devices;
  private final Granting granting;
  private final DeviceCredentials credentials;
  private final DesiredVersions desired;
  private final Audit audit;

  public Enrollments(
      Database database,
      EnrollmentTokens enrollmentTokens,
      Devices devices,
      Granting granting,
      DeviceCredentials credentials,
      DesiredVersions desired,
      Audit audit) {
    this.database = database;
    this.enrollmentTokens = enrollmentTokens;
    this.devices = devices;
    this.granting = granting;
    this.credentials = credentials;
    this.desired = desired;
    this.audit = audit;
  }

  /// Enrolls a device with the caller's enrollment token or, in open mode, with none.
  ///
  /// Hardware that the organization knows is the same device again, whichever token it brings: a
  /// machine that was reset is not a second machine. It keeps its name, groups and policies, gets
  /// those of a token that is new to it as well, and its earlier device tokens stay good until the
  /// new one is first used. Hardware whose device was retired is a new device.
  ///
  /// @throws Refusal `enrollment token refused` when the token is used up, expired or revoked;
  ///   `device deactivated` when the device of this hardware is
  public Enrolled enroll(Caller caller, Enrolling device) {
    return switch (caller) {
      case Caller.Enroller enroller ->
          database.in(
              enroller.organization(),
              handle -> {
                EnrollmentTokens.Use use =
                    enrollmentTokens.use(handle, enroller, device.hardware().hardwareId());
                Grants grants =
                    use == EnrollmentTokens.Use.AGAIN ? Grants.NONE : granting.of(handle, enroller);
                return admit(handle, enroller, device, grants);
              });
      case Caller.Person person when person.open() ->
          database.in(person.organization(), handle -> admit(handle, person, device, Grants.NONE));
      case Caller.Person _, Caller.Key _, Caller.Device _, Caller.Server _ ->
          throw Refusal.forbidden(
              "Enrolling takes an enrollment token: the header Authorization: Bearer me_…");
    };
  }

  private Enrolled admit(Handle handle, Caller caller, Enrolling enrolling, Grants grants) {
    OrganizationId organization = caller.organization();
    String hardwareId = enrolling.hardware().hardwareId();
    Optional<Device> known =
        hardwareId == null
            ? Optional.empty()
            : devices.holdByHardware(handle, organization, hardwareId);
    Device device;
    if (known.isPresent()) {
      known.get().lifecycle().requireActive();
      device = devices.describe(handle, caller, known.get(), enrolling.hardware());
      granting.further(handle, caller, device.id(), grants);
    } else {
      device = devices.register(handle, caller, fresh(enrolling, grants));
      granting.first(handle, organization, device.id(), grants);
    }
    Change change = Change.of("device.enrolled", "device", device.handle()).to(fields(device));
    audit.record(handle, caller, known.map(Enrollments::fields).map(change::from).orElse(change));
    return new Enrolled(
        device,
        desired.desired(handle, organization, device.id()),
        credentials.issue(handle, organization, device.id()));
  }

  private static Json.Obj fields(Device device) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("name", Json.of(device.name()));
    fields.put("platform", Json.of(device.platform().name()));
    fields.put("hardware_id", text(device.hardware().hardwareId()));
    fields.put("model", text(device.hardware().model()));
    fields.put("os_version", text(device.hardware().osVersion()));
    fields.put("agent_version", text(device.hardware().agentVersion()));
    return Json.obj(fields);
  }

  private static Json text(@Nullable String value) {
    return value == null ? Json.NULL : Json.of(value);
  }

  private static NewDevice fresh(Enrolling enrolling, Grants grants) {
    return NewDevice.named(enrolling.alias())
        .on(enrolling.platform() == null ? Platform.OTHER : enrolling.platform())
        .in(grants.groups().stream().map(GroupId::toString).toList())
        .with(enrolling.hardware());
  }
}
