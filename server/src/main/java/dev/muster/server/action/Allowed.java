package dev.muster.server.action;

import dev.muster.server.device.Device;
import dev.muster.server.organization.Scripts;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Says whether a device may be asked for something at all.
@Singleton
final class Allowed {
  static final String NO_SCRIPTS =
      "The organization does not allow scripts. An admin allows them by muster organizations scripts allow.";

  private final Scripts scripts;

  Allowed(Scripts scripts) {
    this.scripts = scripts;
  }

  /// The parameters, checked.
  ///
  /// @throws Refusal in the words of [Actions#initiate]
  Map<String, String> require(Handle handle, Device device, NewAction request) {
    device.lifecycle().requireChangeable();
    device.lifecycle().requireActive();
    Map<String, String> params = requireSensible(handle, device.organization(), request);
    if (request.type() == ActionType.WIPE) {
      String confirm = params.get("confirm");
      if (!device.handle().equals(confirm) && !device.id().toString().equals(confirm)) {
        throw Refusal.invalid("params.confirm", "must be the id of the device, " + device.handle());
      }
    }
    return params;
  }

  /// The same as far as it does not depend on the device.
  Map<String, String> requireSensible(
      Handle handle, OrganizationId organization, NewAction request) {
    Map<String, String> params = Parameters.checked(request.type(), request.params());
    if (!isAllowed(handle, organization, request.type())) {
      throw Refusal.of(ErrorCode.SCRIPTS_NOT_ALLOWED, NO_SCRIPTS);
    }
    return params;
  }

  /// Asked again when an attempt begins, and when its command is handed out: either may be long
  /// after.
  boolean isAllowed(Handle handle, OrganizationId organization, ActionType type) {
    return type != ActionType.RUN_SCRIPT || scripts.areAllowed(handle, organization);
  }
}
