package dev.muster.server.alert;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The SQL of alerts.
final class AlertStore {
  /// An alert by its key.
  record Ref(OrganizationId organization, UUID id) {}

  private static final String COLUMNS =
      """
      a.organization_id, a.id, a.kind, a.severity, a.device_id, a.handle, a.name, a.summary,
      a.raised_at, a.recovered_at, a.acknowledged_at, a.acknowledged_by
      """;

  private AlertStore() {}

  static void insert(Handle handle, Collection<Alert> alerts) {
    handle
        .createUpdate(
            """
            insert into alert.alert (organization_id, id, kind, severity, device_id, handle, name, summary,
              raised_at)
            select organization_id, id, kind, severity, device_id, handle, name, summary,
              cast(raised_at as timestamptz)
            from unnest(:organizations, :ids, :kinds, :severities, :devices, :handles, :names, :summaries,
              :raised)
              as n (organization_id, id, kind, severity, device_id, handle, name, summary, raised_at)
            """)
        .bindArray(
            "organizations",
            UUID.class,
            alerts.stream().map(alert -> alert.organization().value()).toList())
        .bindArray("ids", UUID.class, alerts.stream().map(Alert::id).toList())
        .bindArray("kinds", String.class, alerts.stream().map(a -> a.rule().kind().name()).toList())
        .bindArray(
            "severities",
            String.class,
            alerts.stream().map(a -> a.rule().severity().name()).toList())
        .bindArray("devices", UUID.class, of(alerts, subject -> subject.device().value()))
        .bindArray("handles", String.class, of(alerts, Alert.Subject::handle))
        .bindArray("names", String.class, of(alerts, Alert.Subject::name))
        .bindArray("summaries", String.class, alerts.stream().map(Alert::summary).toList())
        .bindArray(
            "raised", String.class, alerts.stream().map(a -> a.raisedAt().toString()).toList())
        .execute();
  }

  private static <T> List<@Nullable T> of(
      Collection<Alert> alerts, Function<Alert.Subject, T> part) {
    return alerts.stream()
        .<@Nullable T>map(alert -> {
          Alert.Subject subject = alert.subject();
          return subject == null ? null : part.apply(subject);
        })
        .toList();
  }

  /// Ends those of the alerts that have not recovered, and returns these.
  static List<Alert> recover(Handle handle, Collection<Ref> refs, Instant now) {
    return handle
        .createQuery(
            """
            update alert.alert a set recovered_at = :now
            from unnest(:organizations, :ids) as r (organization_id, id)
            where a.organization_id = r.organization_id and a.id = r.id and a.recovered_at is null
            returning
            """
                + COLUMNS)
        .bind("now", now)
        .bindArray(
            "organizations",
            UUID.class,
            refs.stream().map(ref -> ref.organization().value()).toList())
        .bindArray("ids", UUID.class, refs.stream().map(Ref::id).toList())
        .map((row, _) -> alert(row))
        .list();
  }

  static Optional<Alert> find(Handle handle, OrganizationId organization, UUID id) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + "from alert.alert a where a.organization_id = :organization and a.id = :id")
        .bind("organization", organization)
        .bind("id", id)
        .map((row, _) -> alert(row))
        .findOne();
  }

  /// The alert as it is by this call; empty when it was acknowledged before.
  static Optional<Alert> acknowledge(
      Handle handle, OrganizationId organization, UUID id, @Nullable UUID by, Instant now) {
    return handle
        .createQuery(
            """
            update alert.alert a set acknowledged_at = :now, acknowledged_by = :by
            where a.organization_id = :organization and a.id = :id and a.acknowledged_at is null
            returning
            """
                + COLUMNS)
        .bind("now", now)
        .bindByType("by", by, UUID.class)
        .bind("organization", organization)
        .bind("id", id)
        .map((row, _) -> alert(row))
        .findOne();
  }

  /// Where a page ended.
  record Position(Instant at, UUID id) {}

  /// The newest alerts before `before`, at most `limit`.
  static List<Alert> newest(
      Handle handle,
      OrganizationId organization,
      Alerts.Filter filter,
      @Nullable DeviceId device,
      @Nullable Position before,
      int limit) {
    Query query =
        bound(
            handle.createQuery(
                "select "
                    + COLUMNS
                    + "from alert.alert a"
                    + condition(filter, device)
                    + (before == null ? "" : " and (a.raised_at, a.id) < (:beforeAt, :beforeId)")
                    + " order by a.raised_at desc, a.id desc limit :limit"),
            organization,
            filter,
            device);
    if (before != null) {
      query.bind("beforeAt", before.at()).bind("beforeId", before.id());
    }
    return query.bind("limit", limit).map((row, _) -> alert(row)).list();
  }

  static long count(
      Handle handle,
      OrganizationId organization,
      Alerts.Filter filter,
      @Nullable DeviceId device,
      int most) {
    return bound(
            handle.createQuery(
                "select count(*) from (select from alert.alert a"
                    + condition(filter, device)
                    + " limit :most) as counted"),
            organization,
            filter,
            device)
        .bind("most", most)
        .mapTo(long.class)
        .one();
  }

  private static String condition(Alerts.Filter filter, @Nullable DeviceId device) {
    String state =
        switch (filter.state()) {
          case null -> "";
          case FIRING -> " and a.recovered_at is null";
          case RECOVERED -> " and a.recovered_at is not null";
        };
    return " where a.organization_id = :organization"
        + state
        + (filter.kind() == null ? "" : " and a.kind = :kind")
        + (filter.severity() == null ? "" : " and a.severity = :severity")
        + (device == null ? "" : " and a.device_id = :device");
  }

  private static Query bound(
      Query query, OrganizationId organization, Alerts.Filter filter, @Nullable DeviceId device) {
    query.bind("organization", organization);
    if (filter.kind() != null) {
      query.bind("kind", filter.kind().name());
    }
    if (filter.severity() != null) {
      query.bind("severity", filter.severity().name());
    }
    if (device != null) {
      query.bind("device", device.value());
    }
    return query;
  }

  /// Deletes alerts of any organization that recovered before `before`. Returns how many.
  static int forget(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from alert.alert where (organization_id, id) in (
              select organization_id, id from alert.alert
              where recovered_at < :before order by recovered_at limit :limit)
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }

  private static Alert alert(ResultSet row) throws SQLException {
    UUID device = row.getObject("device_id", UUID.class);
    Instant acknowledgedAt = StandingStore.instant(row, "acknowledged_at");
    return new Alert(
        row.getObject("id", UUID.class),
        new OrganizationId(row.getObject("organization_id", UUID.class)),
        device == null
            ? null
            : new Alert.Subject(
                new DeviceId(device), row.getString("handle"), row.getString("name")),
        new Alert.Rule(
            RuleKind.valueOf(row.getString("kind")), Severity.valueOf(row.getString("severity"))),
        row.getString("summary"),
        row.getObject("raised_at", OffsetDateTime.class).toInstant(),
        StandingStore.instant(row, "recovered_at"),
        acknowledgedAt == null
            ? null
            : new Alert.Acknowledged(acknowledgedAt, row.getObject("acknowledged_by", UUID.class)));
  }
}
