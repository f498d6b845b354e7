package dev.muster.server.notification;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/// The SQL of what alerts have to tell channels.
final class PartStore {
  /// What waits for one channel, of one kind.
  ///
  /// @param sent how many of the same were told lately
  record Waiting(
      UUID channel,
      Message.Event event,
      RuleKind kind,
      int count,
      int severity,
      Instant oldest,
      Instant newest,
      int sent) {}

  /// An alert that waits to be told, as far as a mute looks at it.
  record Raised(UUID alert, RuleKind kind, @Nullable DeviceId device, Instant at) {}

  private PartStore() {}

  /// For each channel that is to be told of it. What has been told before is not told again.
  static void raise(Handle handle, List<Alert> alerts, Instant now) {
    bind(
            handle.createUpdate(
                """
                insert into notification.part
                  (organization_id, channel_id, alert_id, event, kind, severity, device_id, handle, name,
                   summary, at, queued_at, state)
                select a.organization_id, c.id, a.alert_id, 'RAISED', a.kind, a.severity,
                  nullif(a.device_id, '')::uuid, nullif(a.handle, ''), nullif(a.name, ''), a.summary,
                  a.at::timestamptz, :now, 'WAITING'
                from unnest(:organizations, :alerts, :kinds, :severities, :devices, :handles, :names, :summaries,
                  :ats) as a (organization_id, alert_id, kind, severity, device_id, handle, name, summary, at)
                join notification.channel c on c.organization_id = a.organization_id and c.enabled
                  and c.minimum_severity <= a.severity
                  and (cardinality(c.kinds) = 0 or a.kind = any(c.kinds))
                on conflict do nothing
                """),
            alerts,
            Alert::raisedAt)
        .bindArray("kinds", String.class, each(alerts, alert -> alert.rule().kind().name()))
        .bindArray(
            "severities",
            Integer.class,
            each(alerts, alert -> Channel.rank(alert.rule().severity())))
        .bindArray(
            "devices",
            String.class,
            each(
                alerts,
                alert -> of(alert.subject(), subject -> subject.device().value().toString())))
        .bindArray(
            "handles",
            String.class,
            each(alerts, alert -> of(alert.subject(), Alert.Subject::handle)))
        .bindArray(
            "names", String.class, each(alerts, alert -> of(alert.subject(), Alert.Subject::name)))
        .bind("now", now)
        .execute();
  }

  /// For each channel that was told, or is to be told, that it was raised.
  static void recover(Handle handle, List<Alert> alerts, Instant now) {
    bind(
            handle.createUpdate(
                """
                insert into notification.part
                  (organization_id, channel_id, alert_id, event, kind, severity, device_id, handle, name,
                   summary, at, queued_at, state)
                select p.organization_id, p.channel_id, p.alert_id, 'RECOVERED', p.kind, p.severity, p.device_id,
                  p.handle, p.name, a.summary, a.at::timestamptz, :now, 'WAITING'
                from unnest(:organizations, :alerts, :summaries, :ats) as a (organization_id, alert_id, summary, at)
                join notification.part p on p.organization_id = a.organization_id and p.alert_id = a.alert_id
                  and p.event = 'RAISED' and p.state in ('WAITING', 'SENT')
                on conflict do nothing
                """),
            alerts,
            alert -> alert.recoveredAt() == null ? now : alert.recoveredAt())
        .bind("now", now)
        .execute();
  }

  private static Update bind(Update update, List<Alert> alerts, Function<Alert, Instant> at) {
    return update
        .bindArray("organizations", UUID.class, each(alerts, alert -> alert.organization().value()))
        .bindArray("alerts", UUID.class, each(alerts, Alert::id))
        .bindArray("summaries", String.class, each(alerts, Alert::summary))
        .bindArray("ats", String.class, each(alerts, alert -> at.apply(alert).toString()));
  }

  private static <T> List<T> each(List<Alert> alerts, Function<Alert, T> value) {
    return alerts.stream().map(value).toList();
  }

  private static String of(Alert.@Nullable Subject subject, Function<Alert.Subject, String> value) {
    return subject == null ? "" : value.apply(subject);
  }

  /// Organizations for which something waits.
  static List<OrganizationId> organizations(Handle handle) {
    return handle
        .createQuery(
            "select distinct organization_id from notification.part where state = 'WAITING'")
        .map((row, _) -> new OrganizationId(row.getObject(1, UUID.class)))
        .list();
  }

  /// Ends what has nobody to be told to: the alert recovered before it was told, its channel never
  /// heard of it, or the channel is gone or off. The other half of each is looked up by its key,
  /// and its state is asked for outside of `where`: a join would be by the index of all that waits
  /// or was sent, as long as PostgreSQL knows nothing of a burst yet, and take 50 s for 10,000.
  static void lapse(Handle handle, OrganizationId organization, Instant now) {
    List.of(
            """
            update notification.part p set state = 'LAPSED', settled_at = :now
            where p.organization_id = :organization and p.state = 'WAITING' and p.event = 'RAISED'
              and (
                select r.state = 'WAITING' from notification.part r
                where r.organization_id = p.organization_id and r.channel_id = p.channel_id
                  and r.alert_id = p.alert_id and r.event = 'RECOVERED')
            """,
            """
            update notification.part p set state = 'LAPSED', settled_at = :now
            where p.organization_id = :organization and p.state = 'WAITING' and p.event = 'RECOVERED'
              and (
                select a.state = 'SENT' and m.state is distinct from 'DEAD' from notification.part a
                left join notification.message m
                  on m.organization_id = a.organization_id and m.id = a.message_id
                where a.organization_id = p.organization_id and a.channel_id = p.channel_id
                  and a.alert_id = p.alert_id and a.event = 'RAISED') is not true
            """,
            """
            update notification.part p set state = 'LAPSED', settled_at = :now
            where p.organization_id = :organization and p.state = 'WAITING' and p.channel_id not in (
              select c.id from notification.channel c
              where c.organization_id = :organization and c.enabled)
            """)
        .forEach(sql ->
            handle.createUpdate(sql).bind("organization", organization).bind("now", now).execute());
  }

  static List<Raised> raised(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            """
            select distinct alert_id, kind, device_id, at from notification.part
            where organization_id = :organization and state = 'WAITING' and event = 'RAISED'
            """)
        .bind("organization", organization)
        .map((row, _) -> {
          UUID device = row.getObject("device_id", UUID.class);
          return new Raised(
              row.getObject("alert_id", UUID.class),
              RuleKind.valueOf(row.getString("kind")),
              device == null ? null : new DeviceId(device),
              row.getObject("at", OffsetDateTime.class).toInstant());
        })
        .list();
  }

  static void mute(
      Handle handle, OrganizationId organization, Collection<UUID> alerts, Instant now) {
    handle
        .createUpdate(
            """
            update notification.part set state = 'MUTED', settled_at = :now
            where organization_id = :organization and alert_id = any(:alerts)
              and state = 'WAITING' and event = 'RAISED'
            """)
        .bind("organization", organization)
        .bindArray("alerts", UUID.class, alerts)
        .bind("now", now)
        .execute();
  }

  /// What waits, by channel and kind, the oldest first.
  ///
  /// @param since what was told after that was told lately
  static List<Waiting> waiting(Handle handle, OrganizationId organization, Instant since) {
    return handle
        .createQuery(
            """
            select w.*, (
              select count(*) from notification.part s
              where s.organization_id = :organization and s.state = 'SENT' and s.settled_at > :since
                and s.channel_id = w.channel_id and s.event = w.event and s.kind = w.kind) as sent
            from (
              select channel_id, event, kind, count(*) as count, max(severity) as severity,
                min(queued_at) as oldest, max(queued_at) as newest
              from notification.part where organization_id = :organization and state = 'WAITING'
              group by channel_id, event, kind) w
            order by w.oldest, w.channel_id, w.event, w.kind
            """)
        .bind("organization", organization)
        .bind("since", since)
        .map((row, _) ->
            new Waiting(
                row.getObject("channel_id", UUID.class),
                Message.Event.valueOf(row.getString("event")),
                RuleKind.valueOf(row.getString("kind")),
                row.getInt("count"),
                row.getInt("severity"),
                row.getObject("oldest", OffsetDateTime.class).toInstant(),
                row.getObject("newest", OffsetDateTime.class).toInstant(),
                row.getInt("sent")))
        .list();
  }

  /// Those that are named first: the worst, then the oldest.
  static List<Message.Item> first(
      Handle handle, OrganizationId organization, Waiting of, int limit) {
    return handle
        .createQuery(
            """
            select alert_id, severity, device_id, handle, name, summary, at from notification.part
            where organization_id = :organization and state = 'WAITING' and channel_id = :channel
              and event = :event and kind = :kind
            order by severity desc, at, alert_id
            limit :limit
            """)
        .bind("organization", organization)
        .bind("channel", of.channel())
        .bind("event", of.event().name())
        .bind("kind", of.kind().name())
        .bind("limit", limit)
        .map((row, _) ->
            new Message.Item(
                row.getObject("alert_id", UUID.class),
                of.event(),
                of.kind(),
                Channel.ranked(row.getInt("severity")),
                row.getObject("device_id", UUID.class),
                row.getString("handle"),
                row.getString("name"),
                row.getString("summary"),
                row.getObject("at", OffsetDateTime.class).toInstant()))
        .list();
  }

  /// All of them are told in one message.
  static void sent(
      Handle handle, OrganizationId organization, Waiting all, UUID message, Instant now) {
    handle
        .createUpdate(
            """
            update notification.part set state = 'SENT', settled_at = :now, message_id = :message
            where organization_id = :organization and state = 'WAITING' and channel_id = :channel
              and event = :event and kind = :kind
            """)
        .bind("organization", organization)
        .bind("channel", all.channel())
        .bind("event", all.event().name())
        .bind("kind", all.kind().name())
        .bind("message", message)
        .bind("now", now)
        .execute();
  }

  /// One of them is told in a message of its own.
  static void sent(
      Handle handle,
      OrganizationId organization,
      Waiting of,
      UUID alert,
      UUID message,
      Instant now) {
    handle
        .createUpdate(
            """
            update notification.part set state = 'SENT', settled_at = :now, message_id = :message
            where organization_id = :organization and state = 'WAITING' and channel_id = :channel
              and event = :event and alert_id = :alert
            """)
        .bind("organization", organization)
        .bind("channel", of.channel())
        .bind("event", of.event().name())
        .bind("alert", alert)
        .bind("message", message)
        .bind("now", now)
        .execute();
  }

  /// The message is tried again, so the recoveries of what it tells are to be told after all. One
  /// that waits is written too: who lapses it at this moment, from an older snapshot, is run again.
  static void retried(Handle handle, OrganizationId organization, UUID message) {
    handle
        .createUpdate(
            """
            update notification.part r set state = 'WAITING', settled_at = null
            from notification.part p
            where p.organization_id = :organization and p.message_id = :message and p.event = 'RAISED'
              and r.organization_id = p.organization_id and r.channel_id = p.channel_id
              and r.alert_id = p.alert_id and r.event = 'RECOVERED' and r.state in ('LAPSED', 'WAITING')
            """)
        .bind("organization", organization)
        .bind("message", message)
        .execute();
  }

  static void deleteOf(Handle handle, OrganizationId organization, UUID channel) {
    handle.execute(
        "delete from notification.part where organization_id = ? and channel_id = ?",
        organization,
        channel);
  }

  static void eraseDevice(Handle handle, OrganizationId organization, DeviceId device) {
    handle.execute(
        "delete from notification.part where organization_id = ? and device_id = ?",
        organization,
        device.value());
  }

  /// Forgets what was settled before `before`, but of an alert that has been told and has not
  /// recovered only what was settled before `longBefore`: its recovery is to be told too.
  static int forget(Handle handle, Instant before, Instant longBefore, int limit) {
    return handle
        .createUpdate(
            """
            delete from notification.part where ctid = any(array(
              select p.ctid from notification.part p
              where p.settled_at < :before and (
                p.settled_at < :longBefore or p.event = 'RECOVERED' or p.state <> 'SENT'
                or exists (
                  select from notification.part r
                  where r.organization_id = p.organization_id and r.channel_id = p.channel_id
                    and r.alert_id = p.alert_id and r.event = 'RECOVERED' and r.state <> 'WAITING'))
              limit :limit))
            """)
        .bind("before", before)
        .bind("longBefore", longBefore)
        .bind("limit", limit)
        .execute();
  }
}
