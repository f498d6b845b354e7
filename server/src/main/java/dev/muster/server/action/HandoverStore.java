package dev.muster.server.action;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of handing out commands.
final class HandoverStore {
  private HandoverStore() {}

  static List<Action> wanted(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return handle
        .createQuery(
            ActionStore.SELECT
                + """
                where a.organization_id = :organization and a.device_id = any(:devices)
                  and a.state = 'RUNNING' and a.next_attempt_at is null and a.simulated_until is null
                """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .map((row, _) -> ActionStore.action(row))
        .list();
  }

  static void handedOut(Handle handle, Collection<Handovers.Handed> commands, Instant at) {
    handle
        .createUpdate(
            """
            with handed as (
              update action.attempt t set delivered_at = :at
              from unnest(:organizations, :requests) as c (organization_id, request_id)
              where t.organization_id = c.organization_id and t.request_id = c.request_id
                and t.delivered_at is null and t.ended_at is null
              returning t.organization_id, t.action_id, t.number
            )
            update action.action a
            set delivered_at = :at, due_at = cast(:at as timestamptz) + make_interval(secs => a.timeout_seconds)
            from handed h
            where a.organization_id = h.organization_id and a.id = h.action_id and a.attempt = h.number
              and a.state = 'RUNNING' and a.next_attempt_at is null and a.delivered_at is null
            """)
        .bind("at", at)
        .bindArray(
            "organizations",
            UUID.class,
            commands.stream().map(c -> c.organization().value()).toList())
        .bindArray(
            "requests", String.class, commands.stream().map(Handovers.Handed::requestId).toList())
        .execute();
  }
}
