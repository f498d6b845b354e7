package dev.muster.server.action;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The SQL of lists of actions.
record ActionSearch(OrganizationId organization, @Nullable DeviceId device, ActionFilter filter) {

  /// Those before `before` in number, newest first.
  List<Action> page(Handle handle, @Nullable Long before, int limit) {
    Query query =
        bound(
            handle.createQuery(
                ActionStore.SELECT
                    + condition()
                    + (before == null ? "" : " and a.number < :before")
                    + " order by a.number desc limit :limit"));
    if (before != null) {
      query.bind("before", before);
    }
    return query.bind("limit", limit).map((row, _) -> ActionStore.action(row)).list();
  }

  static Map<UUID, Map<ActionState, Long>> counts(
      Handle handle, OrganizationId organization, Collection<UUID> batches) {
    Map<UUID, Map<ActionState, Long>> counts = new HashMap<>();
    handle
        .createQuery(
            """
            select batch_id, state, count(*) from action.action
            where organization_id = :organization and batch_id = any(:batches)
            group by batch_id, state
            """)
        .bind("organization", organization)
        .bindArray("batches", UUID.class, List.copyOf(batches))
        .map((row, _) ->
            counts
                .computeIfAbsent(
                    row.getObject(1, UUID.class), _ -> new EnumMap<>(ActionState.class))
                .put(ActionState.valueOf(row.getString(2)), row.getLong(3)))
        .list();
    return counts;
  }

  long count(Handle handle, int most) {
    return bound(
            handle.createQuery(
                "select count(*) from (select from action.action a "
                    + condition()
                    + " limit :most) as counted"))
        .bind("most", most)
        .mapTo(long.class)
        .one();
  }

  private String condition() {
    return "where a.organization_id = :organization"
        + (device == null ? "" : " and a.device_id = :device")
        + (filter.states().isEmpty() ? "" : " and a.state = any(:states)")
        + (filter.type() == null ? "" : " and a.type = :type")
        + (filter.batch() == null ? "" : " and a.batch_id = :batch");
  }

  private Query bound(Query query) {
    query.bind("organization", organization);
    if (device != null) {
      query.bind("device", device.value());
    }
    if (!filter.states().isEmpty()) {
      query.bindArray(
          "states", String.class, filter.states().stream().map(ActionState::name).toList());
    }
    if (filter.type() != null) {
      query.bind("type", filter.type().name());
    }
    if (filter.batch() != null) {
      query.bind("batch", filter.batch());
    }
    return query;
  }
}
