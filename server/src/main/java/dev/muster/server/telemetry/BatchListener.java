package dev.muster.server.telemetry;

import java.util.List;
import org.jdbi.v3.core.Handle;

/// Hears of heartbeats within the transaction that stores them, many at once. What it throws undoes
/// the batch, which is then stored in halves down to the one that is at fault.
public interface BatchListener {
  /// The newest heartbeats of their devices, one a device, in the order of organization and device;
  /// the rows of their last status are written and locked. Of organizations that are mixed: the
  /// transaction sees all.
  ///
  /// @param first those of them whose device was never heard before
  void stored(Handle handle, List<Heartbeat> newest, List<Heartbeat> first);
}
