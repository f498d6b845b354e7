package dev.muster.server.dispatch;

import dev.muster.server.action.Actions;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.util.List;

/// What was done to hand out the commands of actions.
@Singleton
public class Dispatches {
  /// A page.
  record Listed(long count, List<Dispatch> rows) {}

  private final Database database;
  private final Actions actions;

  public Dispatches(Database database, Actions actions) {
    this.database = database;
    this.actions = actions;
  }

  /// The tries for an action, newest first.
  ///
  /// @throws Refusal `not found`
  Listed list(Caller caller, String action, int limit, int offset) {
    String known = actions.show(caller, action).id().value();
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Listed(
                DispatchStore.count(handle, organization, known),
                DispatchStore.list(handle, organization, known, limit, offset)));
  }
}
