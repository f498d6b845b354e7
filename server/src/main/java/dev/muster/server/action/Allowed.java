package dev.muster.server.action;

import dev.muster.server.device.Device;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Says whether a device may be asked for something at all.
@Singleton
final class Allowed {
  /// The parameters, checked.
  ///
  /// @throws Refusal in the words of [Actions#initiate]
  Map<String, String> require(Handle handle, Device device, NewAction request) {
    device.lifecycle().requireChangeable();
    device.lifecycle().requireActive();
    Map<String, String> params = Parameters.checked(request.type(), request.params());
    if (request.type() == ActionType.WIPE) {
      String confirm = params.get("confirm");
      if (!device.handle().equals(confirm) && !device.id().toString().equals(confirm)) {
        throw Refusal.invalid("params.confirm", "must be the id of the device, " + device.handle());
      }
    }
    return params;
  }
}
