package dev.muster.server.telemetry;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// When devices were last heard, for who concludes something from their silence.
public final class LastSeen {
  /// A device of an organization.
  public record Key(OrganizationId organization, DeviceId device) {}

  private LastSeen() {}

  /// When each was last heard, with its last status locked: until the end of the transaction no
  /// heartbeat of it is stored, so who concludes that it is silent cannot be overtaken by one.
  /// Those that are being heard at this moment, and those that were never heard, are absent.
  public static Map<Key, Instant> hold(Handle handle, Collection<Key> keys) {
    return LastSeenStore.hold(handle, keys);
  }

  /// The same lock for one device, but waits for a heartbeat that is being stored. Ingest takes it
  /// before whatever else it writes of the device, so who needs more of that takes this first.
  public static void await(Handle handle, Key key) {
    LastSeenStore.await(handle, key);
  }
}
