package dev.muster.server.live;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionId;
import dev.muster.server.action.Actions;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Reads changes from the log, with what never changes of the actions that they are of.
final class ChangeReader {
  /// Changes in order.
  ///
  /// @param upTo up to where these are all that there are
  record Read(List<Change> changes, long upTo) {}

  private final Database database;
  private final Actions actions;

  ChangeReader(Database database, Actions actions) {
    this.database = database;
    this.actions = actions;
  }

  /// The changes after one number and up to another, `limit` of them at the most.
  ///
  /// @param settled up to where the log is settled, as was known before this
  /// @throws Refusal `cursor too old` when some of them are forgotten
  Read read(OrganizationId organization, long after, long settled, int limit) {
    return database.snapshotOf(
        organization,
        handle -> {
          if (after < ChangeStore.horizon(handle, organization)) {
            throw tooOld();
          }
          List<ChangeStore.Row> rows =
              ChangeStore.read(handle, organization, after, settled, limit);
          return new Read(
              changes(handle, organization, rows),
              rows.size() < limit ? settled : rows.getLast().number());
        });
  }

  static Refusal tooOld() {
    return Refusal.of(
        ErrorCode.CURSOR_TOO_OLD,
        "The changes after this cursor are not kept any more, or it is from before a restore. List"
            + " anew, then watch without a cursor.");
  }

  private List<Change> changes(
      Handle handle, OrganizationId organization, List<ChangeStore.Row> rows) {
    List<ActionId> named =
        rows.stream()
            .map(row -> row.entry().action())
            .filter(Objects::nonNull)
            .distinct()
            .map(ActionId::new)
            .toList();
    Map<ActionId, Action> known =
        named.isEmpty() ? Map.of() : actions.findAll(handle, organization, named);
    List<Change> changes = new ArrayList<>(rows.size());
    for (ChangeStore.Row row : rows) {
      Change change = change(row, known);
      if (change != null) {
        changes.add(change);
      }
    }
    return changes;
  }

  /// Null for an action that is gone with its device, of whose erasure a later change tells.
  private static @Nullable Change change(ChangeStore.Row row, Map<ActionId, Action> known) {
    ChangeStore.Entry entry = row.entry();
    return switch (entry.kind()) {
      case DEVICE ->
          new Change.OfDevice(
              row.number(),
              row.at(),
              Snapshots.device(entry.device(), entry.handle(), entry.snapshot()));
      case ACTION -> {
        Action present = known.get(new ActionId(Objects.requireNonNull(entry.action())));
        yield present == null
            ? null
            : new Change.OfAction(
                row.number(), row.at(), Snapshots.action(present, entry.snapshot()));
      }
      case ERASED -> new Change.Erased(row.number(), row.at(), entry.device(), entry.handle());
    };
  }
}
