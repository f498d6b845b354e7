package dev.muster.server.watch;

import dev.muster.server.action.Action;
import dev.muster.server.platform.OrganizationId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Tells of actions that the server has asked for by itself: that one of them fails is no alert of
/// its own.
public interface SelfMade {
  /// Those of the actions that nobody has asked for.
  List<Action> among(Handle handle, OrganizationId organization, List<Action> actions);
}
