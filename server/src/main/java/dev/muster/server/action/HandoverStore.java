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
        .bindArray("organizations", UUID.class, organizations(commands))
        .bindArray("requests", String.class, requests(commands))
        .execute();
  }

  /// Locks attempts before actions, as everybody does.
  static void takenBack(Handle handle, Collection<Handovers.Handed> commands, Instant at) {
    handle
        .createUpdate(
            """
            with handed as (
              select t.organization_id, t.request_id, t.action_id, t.number
              from action.attempt t
              join unnest(:organizations, :requests) as c (organization_id, request_id)
                on t.organization_id = c.organization_id and t.request_id = c.request_id
              where t.delivered_at is not null and t.ended_at is null
              order by t.organization_id, t.request_id
              for no key update of t
            ), back as (
              update action.action a set delivered_at = null, due_at = a.expires_at
              from handed h
              where a.organization_id = h.organization_id and a.id = h.action_id and a.attempt = h.number
                and a.state = 'RUNNING' and a.next_attempt_at is null and a.simulated_until is null
                and a.delivered_at is not null and a.progress_at is null and a.expires_at > :at
              returning h.organization_id, h.request_id
            )
            update action.attempt t set delivered_at = null
            from back b
            where t.organization_id = b.organization_id and t.request_id = b.request_id
            """)
        .bind("at", at)
        .bindArray("organizations", UUID.class, organizations(commands))
        .bindArray("requests", String.class, requests(commands))
        .execute();
  }

  private static List<UUID> organizations(Collection<Handovers.Handed> commands) {
    return commands.stream().map(c -> c.organization().value()).toList();
  }

  private static List<String> requests(Collection<Handovers.Handed> commands) {
    return commands.stream().map(Handovers.Handed::requestId).toList();
  }
}
