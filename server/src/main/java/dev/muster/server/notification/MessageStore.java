package dev.muster.server.notification;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of messages.
final class MessageStore {
  /// A message that was taken to be sent.
  ///
  /// @param attempt which one this is; it tells the present taker from earlier ones
  record Taken(OrganizationId organization, UUID channel, int attempt, Message.Delivery delivery) {}

  /// A message that is not tried any more.
  record Dead(
      UUID id,
      UUID channel,
      String channelName,
      Message message,
      Instant createdAt,
      Instant deadAt,
      int attempts,
      String error) {}

  /// How the queue is.
  ///
  /// @param oldest null when nothing waits
  record Queue(long waiting, @Nullable Instant oldest, long dead) {}

  private MessageStore() {}

  static void insert(
      Handle handle, OrganizationId organization, UUID channel, Message.Delivery delivery) {
    handle
        .createUpdate(
            """
            insert into notification.message (organization_id, id, channel_id, content, state, created_at, due_at)
            values (:organization, :id, :channel, cast(:content as jsonb), 'QUEUED', :now, :now)
            """)
        .bind("organization", organization)
        .bind("id", delivery.id())
        .bind("channel", channel)
        .bind("content", delivery.message().stored())
        .bind("now", delivery.createdAt())
        .execute();
  }

  /// How many were made after `since`.
  static int recent(Handle handle, OrganizationId organization, Instant since) {
    return handle
        .createQuery(
            """
            select count(*) from notification.message
            where organization_id = :organization and created_at > :since
            """)
        .bind("organization", organization)
        .bind("since", since)
        .mapTo(Integer.class)
        .one();
  }

  /// Takes the oldest message of each channel, where it is due, until `leasedUntil`: who takes them
  /// and dies leaves them to be taken again then. Only the oldest, so that nobody hears of a
  /// recovery before they hear of what recovered.
  static List<Taken> take(Handle handle, Instant now, Instant leasedUntil, int limit) {
    return handle
        .createQuery(
            """
            with head as (
              select distinct on (organization_id, channel_id) organization_id, id
              from notification.message where state = 'QUEUED'
              order by organization_id, channel_id, id)
            update notification.message set attempts = attempts + 1, due_at = :leasedUntil
            where (organization_id, id) in (
              select m.organization_id, m.id from notification.message m
              join head on head.organization_id = m.organization_id and head.id = m.id
              where m.state = 'QUEUED' and m.due_at <= :now
              order by m.due_at, m.id
              limit :limit
              for update of m skip locked)
            returning organization_id, id, channel_id, content::text as content, created_at, attempts
            """)
        .bind("now", now)
        .bind("leasedUntil", leasedUntil)
        .bind("limit", limit)
        .map((row, _) ->
            new Taken(
                new OrganizationId(row.getObject("organization_id", UUID.class)),
                row.getObject("channel_id", UUID.class),
                row.getInt("attempts"),
                new Message.Delivery(
                    row.getObject("id", UUID.class),
                    row.getObject("created_at", OffsetDateTime.class).toInstant(),
                    Message.of(row.getString("content")))))
        .list();
  }

  /// The taker's word; that of one whose lease had ended and was taken by another is not heard.
  static void settle(
      Handle handle, Taken taken, String state, Instant now, @Nullable String error) {
    handle
        .createUpdate(
            """
            update notification.message set state = :state, ended_at = :now, error = :error
            where organization_id = :organization and id = :id and state = 'QUEUED' and attempts = :attempt
            """)
        .bind("organization", taken.organization())
        .bind("id", taken.delivery().id())
        .bind("attempt", taken.attempt())
        .bind("state", state)
        .bind("now", now)
        .bindByType("error", error, String.class)
        .execute();
  }

  static void postpone(Handle handle, Taken taken, Instant dueAt, String error) {
    handle
        .createUpdate(
            """
            update notification.message set due_at = :dueAt, error = :error
            where organization_id = :organization and id = :id and state = 'QUEUED' and attempts = :attempt
            """)
        .bind("organization", taken.organization())
        .bind("id", taken.delivery().id())
        .bind("attempt", taken.attempt())
        .bind("dueAt", dueAt)
        .bind("error", error)
        .execute();
  }

  static Queue queue(Handle handle) {
    return handle
        .createQuery(
            """
            select count(*) filter (where state = 'QUEUED') as waiting,
              min(created_at) filter (where state = 'QUEUED') as oldest,
              count(*) filter (where state = 'DEAD') as dead
            from notification.message where state = 'QUEUED' or state = 'DEAD'
            """)
        .map((row, _) -> {
          OffsetDateTime oldest = row.getObject("oldest", OffsetDateTime.class);
          return new Queue(
              row.getLong("waiting"),
              oldest == null ? null : oldest.toInstant(),
              row.getLong("dead"));
        })
        .one();
  }

  static long countDead(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            """
            select count(*) from notification.message
            where organization_id = :organization and state = 'DEAD'
            """)
        .bind("organization", organization)
        .mapTo(Long.class)
        .one();
  }

  /// Newest first.
  static List<Dead> dead(Handle handle, OrganizationId organization, int limit, int offset) {
    return handle
        .createQuery(
            """
            select m.*, m.content::text as text, c.name as channel_name from notification.message m
            join notification.channel c on c.organization_id = m.organization_id and c.id = m.channel_id
            where m.organization_id = :organization and m.state = 'DEAD'
            order by m.id desc limit :limit offset :offset
            """)
        .bind("organization", organization)
        .bind("limit", limit)
        .bind("offset", offset)
        .map((row, _) -> dead(row))
        .list();
  }

  private static Dead dead(ResultSet row) throws SQLException {
    String error = row.getString("error");
    return new Dead(
        row.getObject("id", UUID.class),
        row.getObject("channel_id", UUID.class),
        row.getString("channel_name"),
        Message.of(row.getString("text")),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("ended_at", OffsetDateTime.class).toInstant(),
        row.getInt("attempts"),
        error == null ? "" : error);
  }

  /// Queues a dead one anew. False when there is no such dead message.
  static boolean retry(Handle handle, OrganizationId organization, UUID id, Instant now) {
    return handle.execute(
            """
            update notification.message set state = 'QUEUED', attempts = 0, due_at = ?, ended_at = null
            where organization_id = ? and id = ? and state = 'DEAD'
            """,
            now,
            organization,
            id)
        == 1;
  }

  static void deleteOf(Handle handle, OrganizationId organization, UUID channel) {
    handle.execute(
        "delete from notification.message where organization_id = ? and channel_id = ?",
        organization,
        channel);
  }

  /// Takes the device out of the messages that name it. Before its parts go, which say which.
  static void eraseDevice(Handle handle, OrganizationId organization, DeviceId device) {
    handle
        .createUpdate(
            """
            update notification.message m set content = jsonb_set(m.content, '{items}', coalesce((
              select jsonb_agg(item order by place)
              from jsonb_array_elements(m.content -> 'items') with ordinality as named (item, place)
              where item ->> 'device' is distinct from :device), '[]'))
            where m.organization_id = :organization and m.id in (
              select message_id from notification.part
              where organization_id = :organization and device_id = cast(:device as uuid))
            """)
        .bind("organization", organization)
        .bind("device", device.value().toString())
        .execute();
  }

  static int forget(Handle handle, Instant before, int limit) {
    return handle.execute(
        """
        delete from notification.message where ctid = any(array(
          select ctid from notification.message where ended_at < ? limit ?))
        """,
        before,
        limit);
  }
}
