package dev.muster.server.live;

import dev.muster.server.action.Action;
import dev.muster.server.device.DeviceId;
import java.time.Instant;

/// One change, as those who watch are told of it.
public sealed interface Change {
  /// Its place in the log.
  long number();

  Instant at();

  /// The device concerned.
  DeviceId device();

  /// The name by which people call that device.
  String handle();

  /// A device is new, or another than before.
  record OfDevice(long number, Instant at, DeviceView view) implements Change {
    @Override
    public DeviceId device() {
      return view.id();
    }

    @Override
    public String handle() {
      return view.handle();
    }
  }

  /// An action is new, or another than before.
  ///
  /// @param action as it was then
  record OfAction(long number, Instant at, Action action) implements Change {
    @Override
    public DeviceId device() {
      return action.device();
    }

    @Override
    public String handle() {
      return action.handle();
    }
  }

  /// A device is gone, with all that was known of it.
  record Erased(long number, Instant at, DeviceId device, String handle) implements Change {}
}
