package dev.muster.server.action;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which actions a list is to hold; null and empty narrow nothing.
///
/// @param device id or handle
public record ActionFilter(
    @Nullable String device,
    Set<ActionState> states,
    @Nullable ActionType type,
    @Nullable UUID batch) {
  public static final ActionFilter ALL = new ActionFilter(null, Set.of(), null, null);

  public ActionFilter {
    states = Set.copyOf(states);
  }
}
