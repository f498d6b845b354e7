package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/// Which devices there are, for who finds something of devices that may have been erased since.
public final class KnownDevices {
  /// A device of an organization.
  public record Key(OrganizationId organization, DeviceId device) {}

  private KnownDevices() {}

  /// Those of `keys` that are not there any more, in a transaction that sees all organizations.
  public static Set<Key> missing(Handle handle, Collection<Key> keys) {
    Set<Key> missing = new HashSet<>(keys);
    missing.removeAll(DeviceErasureStore.present(handle, keys));
    return missing;
  }
}
