package dev.muster.server.enrollment;

import dev.muster.protocol.Platform;
import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.credential.EnrollmentTokens;
import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.device.GroupId;
import dev.muster.server.device.Groups;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.policy.Assignments;
import dev.muster.server.policy.DesiredVersions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Lets devices in.
///
/// Everything happens in one transaction, with locks in this order: the enrollment token, the
/// hardware id, groups, what is desired of the device, policies, its tokens.
@Singleton
public class Enrollments {
  private final Database database;
  private final EnrollmentTokens enrollmentTokens;
  private final Devices devices;
  private final Groups groups;
  private final DeviceTokens deviceTokens;
  private final Assignments assignments;
  private final DesiredVersions desired;

  public Enrollments(
      Database database,
      EnrollmentTokens enrollmentTokens,
      Devices devices,
      Groups groups,
      DeviceTokens deviceTokens,
      Assignments assignments,
      DesiredVersions desired) {
    this.database = database;
    this.enrollmentTokens = enrollmentTokens;
    this.devices = devices;
    this.groups = groups;
    this.deviceTokens = deviceTokens;
    this.assignments = assignments;
    this.desired = desired;
  }

  /// Enrolls a device with the caller's enrollment token or, in open mode, with none.
  ///
  /// Hardware that the organization knows is the same device again, whichever token it brings: a
  /// machine that was reset is not a second machine. It keeps its name, groups and policies, gets
  /// those of a token that is new to it as well, and its earlier device tokens stay good until the
  /// new one is first used.
  ///
  /// @throws Refusal `enrollment token refused` when the token is used up, expired or revoked
  public Enrolled enroll(Caller caller, Enrolling device) {
    return switch (caller) {
      case Caller.Enroller enroller ->
          database.in(
              enroller.organization(),
              handle -> {
                EnrollmentTokens.Use use =
                    enrollmentTokens.use(handle, enroller, device.hardware().hardwareId());
                Grants grants =
                    use == EnrollmentTokens.Use.AGAIN ? Grants.NONE : grantsOf(handle, enroller);
                return admit(handle, enroller.organization(), device, grants);
              });
      case Caller.Person person when person.open() ->
          database.in(
              person.organization(),
              handle -> admit(handle, person.organization(), device, Grants.NONE));
      case Caller.Person _, Caller.Key _, Caller.Device _, Caller.Server _ ->
          throw Refusal.forbidden(
              "Enrolling takes an enrollment token: the header Authorization: Bearer me_…");
    };
  }

  private static Grants grantsOf(Handle handle, Caller.Enroller caller) {
    return GrantStore.find(handle, caller.organization(), List.of(caller.tokenId()))
        .getOrDefault(caller.tokenId(), Grants.NONE);
  }

  private Enrolled admit(
      Handle handle, OrganizationId organization, Enrolling enrolling, Grants grants) {
    String hardwareId = enrolling.hardware().hardwareId();
    Optional<Device> known =
        hardwareId == null
            ? Optional.empty()
            : devices.findByHardware(handle, organization, hardwareId);
    Device device;
    if (known.isPresent()) {
      device = devices.describe(handle, known.get(), enrolling.hardware());
      groups.join(handle, organization, device.id(), grants.groups());
      assignments.assignAll(handle, organization, device.id(), grants.policies());
    } else {
      device = devices.register(handle, organization, fresh(enrolling, grants));
      assignments.assignInitially(handle, organization, device.id(), grants.policies());
    }
    return new Enrolled(
        device,
        desired.desired(handle, organization, device.id()),
        deviceTokens.issue(handle, organization, device.id()).text());
  }

  private static NewDevice fresh(Enrolling enrolling, Grants grants) {
    return NewDevice.named(enrolling.alias())
        .on(enrolling.platform() == null ? Platform.OTHER : enrolling.platform())
        .in(grants.groups().stream().map(GroupId::toString).toList())
        .with(enrolling.hardware());
  }
}
