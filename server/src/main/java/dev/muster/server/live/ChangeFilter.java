package dev.muster.server.live;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which changes somebody watches.
///
/// @param devices ids or handles; empty for all
/// @param action only the changes of this action, and that its device is erased; null for all
public record ChangeFilter(Set<String> devices, @Nullable ActionId action) {
  public static final ChangeFilter ALL = new ChangeFilter(Set.of(), null);

  public ChangeFilter {
    devices = Set.copyOf(devices);
  }

  public static ChangeFilter ofDevices(Set<String> idsOrHandles) {
    return new ChangeFilter(idsOrHandles, null);
  }

  public static ChangeFilter of(Action action) {
    return new ChangeFilter(Set.of(action.device().toString()), action.id());
  }

  boolean takes(Change change) {
    boolean ofThese =
        devices.isEmpty()
            || devices.contains(change.handle())
            || devices.contains(change.device().toString());
    return ofThese && (action == null || concerns(change, action));
  }

  private static boolean concerns(Change change, ActionId id) {
    return switch (change) {
      case Change.OfAction of -> of.action().id().equals(id);
      case Change.OfDevice _ -> false;
      case Change.Erased _ -> true;
    };
  }
}
