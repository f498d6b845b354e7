package dev.muster.server.live;

import dev.muster.protocol.ComplianceState;
import dev.muster.server.action.Action;
import dev.muster.server.alert.Alert;
import dev.muster.server.device.DeviceId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One change, as those who watch are told of it.
public sealed interface Change {
  /// What a change is of.
  enum Kind {
    DEVICE,
    ACTION,
    ALERT,
    COMPLIANCE
  }

  /// Its place in the log.
  long number();

  Instant at();

  Kind kind();

  /// The device concerned; null when it is none, or many.
  @Nullable DeviceId device();

  /// The name by which people call that device.
  @Nullable String handle();

  /// A device is new, or another than before.
  record OfDevice(long number, Instant at, DeviceView view) implements Change {
    @Override
    public Kind kind() {
      return Kind.DEVICE;
    }

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
    public Kind kind() {
      return Kind.ACTION;
    }

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
  record Erased(long number, Instant at, DeviceId device, String handle) implements Change {
    @Override
    public Kind kind() {
      return Kind.DEVICE;
    }
  }

  /// An alert was raised, acknowledged, or has recovered.
  ///
  /// @param alert as it was then
  record OfAlert(long number, Instant at, Alert alert) implements Change {
    @Override
    public Kind kind() {
      return Kind.ALERT;
    }

    @Override
    public @Nullable DeviceId device() {
      return alert.subject() == null ? null : alert.subject().device();
    }

    @Override
    public @Nullable String handle() {
      return alert.subject() == null ? null : alert.subject().handle();
    }
  }

  /// Whether a device is as it should be may be answered otherwise than before.
  ///
  /// @param state as it is when this is read, not as it was
  /// @param reported the version that the device has reported; null when it never did
  record OfCompliance(
      long number,
      Instant at,
      DeviceId device,
      String handle,
      ComplianceState state,
      long desired,
      @Nullable Long reported)
      implements Change {
    @Override
    public Kind kind() {
      return Kind.COMPLIANCE;
    }
  }

  /// The same of any number of devices at once, of which none is named.
  record OfManyStates(long number, Instant at) implements Change {
    @Override
    public Kind kind() {
      return Kind.COMPLIANCE;
    }

    @Override
    public @Nullable DeviceId device() {
      return null;
    }

    @Override
    public @Nullable String handle() {
      return null;
    }
  }
}
