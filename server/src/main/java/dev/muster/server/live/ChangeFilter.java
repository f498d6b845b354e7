package dev.muster.server.live;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionId;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which changes somebody watches.
///
/// @param devices ids or handles; empty for all
/// @param action only the changes of this action, and that its device is erased; null for all
/// @param kinds of which kinds
public record ChangeFilter(Set<String> devices, @Nullable ActionId action, Set<Change.Kind> kinds) {
  private static final Set<Change.Kind> DEVICES_AND_ACTIONS =
      Set.of(Change.Kind.DEVICE, Change.Kind.ACTION);

  public static final ChangeFilter ALL =
      new ChangeFilter(Set.of(), null, EnumSet.allOf(Change.Kind.class));

  public ChangeFilter {
    devices = Set.copyOf(devices);
    kinds = Set.copyOf(kinds);
  }

  /// What becomes of these devices, or of all when none is named, and of their actions.
  public static ChangeFilter ofDevices(Set<String> idsOrHandles) {
    return new ChangeFilter(idsOrHandles, null, DEVICES_AND_ACTIONS);
  }

  public static ChangeFilter of(Action action) {
    return new ChangeFilter(Set.of(action.device().toString()), action.id(), DEVICES_AND_ACTIONS);
  }

  /// Whether it is watched. Of a device that is gone everybody is told who watches it, and of what
  /// is of many devices, whoever watches any.
  public boolean takes(Change change) {
    return isOfTheseKinds(change)
        && isOfTheseDevices(change)
        && (action == null || concerns(change, action));
  }

  private boolean isOfTheseKinds(Change change) {
    return kinds.contains(change.kind()) || change instanceof Change.Erased;
  }

  private boolean isOfTheseDevices(Change change) {
    return devices.isEmpty()
        || change instanceof Change.OfManyStates
        || (change.handle() != null && devices.contains(change.handle()))
        || (change.device() != null && devices.contains(change.device().toString()));
  }

  private static boolean concerns(Change change, ActionId id) {
    return switch (change) {
      case Change.OfAction of -> of.action().id().equals(id);
      case Change.OfDevice _, Change.OfAlert _, Change.OfCompliance _, Change.OfManyStates _ ->
          false;
      case Change.Erased _ -> true;
    };
  }
}
