package dev.muster.server.live;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionId;
import dev.muster.server.action.Actions;
import dev.muster.server.compliance.DeviceCompliance;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Reads changes from the log, with what never changes of the actions that they are of.
final class ChangeReader {
  /// Changes in order.
  ///
  /// @param upTo up to where these are all that there are
  record Read(List<Change> changes, long upTo) {}

  /// Knows how devices are by now: those of the named that there are.
  interface States {
    List<DeviceCompliance> of(
        Handle handle, OrganizationId organization, Collection<DeviceId> devices);
  }

  private final Database database;
  private final Actions actions;
  private final States states;

  ChangeReader(Database database, Actions actions, States states) {
    this.database = database;
    this.actions = actions;
    this.states = states;
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
    Map<UUID, DeviceCompliance> present = present(handle, organization, rows);
    List<Change> changes = new ArrayList<>(rows.size());
    for (ChangeStore.Row row : rows) {
      Change change = change(organization, row, known, present);
      if (change != null) {
        changes.add(change);
      }
    }
    return changes;
  }

  private Map<UUID, DeviceCompliance> present(
      Handle handle, OrganizationId organization, List<ChangeStore.Row> rows) {
    Set<DeviceId> devices =
        rows.stream()
            .map(ChangeStore.Row::entry)
            .filter(entry -> entry.kind() == ChangeStore.Kind.COMPLIANCE)
            .map(entry -> Objects.requireNonNull(entry.device()))
            .collect(Collectors.toSet());
    return devices.isEmpty()
        ? Map.of()
        : states.of(handle, organization, devices).stream()
            .collect(Collectors.toMap(DeviceCompliance::deviceId, Function.identity()));
  }

  /// Null for an action or a state that is gone with its device, of whose erasure a later change
  /// tells.
  private static @Nullable Change change(
      OrganizationId organization,
      ChangeStore.Row row,
      Map<ActionId, Action> known,
      Map<UUID, DeviceCompliance> states) {
    ChangeStore.Entry entry = row.entry();
    return switch (entry.kind()) {
      case DEVICE ->
          new Change.OfDevice(
              row.number(),
              row.at(),
              Snapshots.device(device(entry), handle(entry), entry.snapshot()));
      case ACTION -> {
        Action present = known.get(new ActionId(Objects.requireNonNull(entry.action())));
        yield present == null
            ? null
            : new Change.OfAction(
                row.number(), row.at(), Snapshots.action(present, entry.snapshot()));
      }
      case ERASED -> new Change.Erased(row.number(), row.at(), device(entry), handle(entry));
      case ALERT ->
          new Change.OfAlert(
              row.number(),
              row.at(),
              Snapshots.alert(organization, entry.device(), entry.handle(), entry.snapshot()));
      case COMPLIANCE -> {
        DeviceCompliance state = states.get(device(entry).value());
        yield state == null
            ? null
            : new Change.OfCompliance(
                row.number(),
                row.at(),
                device(entry),
                state.device(),
                state.state(),
                state.desiredVersion(),
                state.report() == null ? null : state.report().version());
      }
      case COMPLIANCE_OF_MANY -> new Change.OfManyStates(row.number(), row.at());
    };
  }

  private static DeviceId device(ChangeStore.Entry entry) {
    return Objects.requireNonNull(entry.device());
  }

  private static String handle(ChangeStore.Entry entry) {
    return Objects.requireNonNull(entry.handle());
  }
}
