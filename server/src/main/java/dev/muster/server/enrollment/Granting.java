package dev.muster.server.enrollment;

import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Groups;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.policy.Assignments;
import jakarta.inject.Singleton;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Gives devices what the token that admits them grants.
@Singleton
public class Granting {
  private final Groups groups;
  private final Assignments assignments;

  public Granting(Groups groups, Assignments assignments) {
    this.groups = groups;
    this.assignments = assignments;
  }

  Grants of(Handle handle, Caller.Enroller caller) {
    return GrantStore.find(handle, caller.organization(), List.of(caller.tokenId()))
        .getOrDefault(caller.tokenId(), Grants.NONE);
  }

  /// To a device that has groups and policies already, which it keeps.
  void further(Handle handle, Caller caller, DeviceId device, Grants grants) {
    groups.join(handle, caller, device, grants.groups());
    assignments.assignAll(handle, caller.organization(), device, grants.policies());
  }

  /// Its policies to a device that was registered in this transaction, in its groups.
  void first(Handle handle, OrganizationId organization, DeviceId device, Grants grants) {
    assignments.assignInitially(handle, organization, device, grants.policies());
  }
}
