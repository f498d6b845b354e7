package dev.muster.server.notification;

import dev.muster.server.alert.RuleKind;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.GroupId;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of mutes.
final class MuteStore {
  private static final String SELECT =
      """
      select m.*, d.handle from notification.mute m
      left join device.device d on d.organization_id = m.organization_id and d.id = m.device_id
      where m.organization_id = :organization
      """;

  private MuteStore() {}

  static void insert(Handle handle, OrganizationId organization, Mute mute) {
    DeviceId device = mute.of().device();
    GroupId group = mute.of().group();
    RuleKind kind = mute.of().kind();
    Mute.Weekly weekly = mute.weekly();
    handle
        .createUpdate(
            """
            insert into notification.mute
              (organization_id, id, device_id, group_id, kind, from_at, until_at, weekly_days, weekly_from,
               weekly_minutes, weekly_zone, reason, created_at)
            values (:organization, :id, :device, :group, :kind, :from, :until,
              cast(nullif(:days, '') as smallint[]), cast(nullif(:time, '') as time), :minutes, :zone, :reason, :now)
            """)
        .bind("organization", organization)
        .bind("id", mute.id())
        .bindByType("device", device == null ? null : device.value(), UUID.class)
        .bindByType("group", group == null ? null : group.value(), UUID.class)
        .bindByType("kind", kind == null ? null : kind.name(), String.class)
        .bind("from", mute.from())
        .bindByType("until", mute.until(), Instant.class)
        .bind("days", weekly == null ? "" : days(weekly))
        .bind("time", weekly == null ? "" : weekly.from().toString())
        .bindByType("minutes", weekly == null ? null : weekly.minutes(), Integer.class)
        .bindByType("zone", weekly == null ? null : weekly.zone().getId(), String.class)
        .bind("reason", mute.reason())
        .bind("now", mute.createdAt())
        .execute();
  }

  private static String days(Mute.Weekly weekly) {
    return weekly.days().stream()
        .sorted()
        .map(day -> Integer.toString(day.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  static long count(Handle handle, OrganizationId organization) {
    return handle
        .createQuery("select count(*) from notification.mute where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(Long.class)
        .one();
  }

  /// Those that have not ended by then.
  static long countOpen(Handle handle, OrganizationId organization, Instant now) {
    return handle
        .createQuery(
            """
            select count(*) from notification.mute
            where organization_id = :organization and (until_at is null or until_at > :now)
            """)
        .bind("organization", organization)
        .bind("now", now)
        .mapTo(Long.class)
        .one();
  }

  /// All that had not ended by then.
  static List<Mute> open(Handle handle, OrganizationId organization, Instant then) {
    return handle
        .createQuery(SELECT + "and (m.until_at is null or m.until_at > :then)")
        .bind("organization", organization)
        .bind("then", then)
        .map((row, _) -> mute(row))
        .list();
  }

  /// Newest first.
  static List<Mute> page(Handle handle, OrganizationId organization, int limit, int offset) {
    return handle
        .createQuery(SELECT + "order by m.id desc limit :limit offset :offset")
        .bind("organization", organization)
        .bind("limit", limit)
        .bind("offset", offset)
        .map((row, _) -> mute(row))
        .list();
  }

  static Optional<Mute> find(Handle handle, OrganizationId organization, UUID id) {
    return handle
        .createQuery(SELECT + "and m.id = :id")
        .bind("organization", organization)
        .bind("id", id)
        .map((row, _) -> mute(row))
        .findOne();
  }

  static void delete(Handle handle, OrganizationId organization, UUID id) {
    handle.execute(
        "delete from notification.mute where organization_id = ? and id = ?", organization, id);
  }

  static void eraseDevice(Handle handle, OrganizationId organization, DeviceId device) {
    handle.execute(
        "delete from notification.mute where organization_id = ? and device_id = ?",
        organization,
        device.value());
  }

  static int forget(Handle handle, Instant endedBefore) {
    return handle.execute("delete from notification.mute where until_at < ?", endedBefore);
  }

  private static Mute mute(ResultSet row) throws SQLException {
    UUID device = row.getObject("device_id", UUID.class);
    UUID group = row.getObject("group_id", UUID.class);
    String kind = row.getString("kind");
    OffsetDateTime until = row.getObject("until_at", OffsetDateTime.class);
    return new Mute(
        row.getObject("id", UUID.class),
        new Mute.Of(
            device == null ? null : new DeviceId(device),
            row.getString("handle"),
            group == null ? null : new GroupId(group),
            kind == null ? null : RuleKind.valueOf(kind)),
        row.getObject("from_at", OffsetDateTime.class).toInstant(),
        until == null ? null : until.toInstant(),
        weekly(row),
        row.getString("reason"),
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }

  private static Mute.@Nullable Weekly weekly(ResultSet row) throws SQLException {
    String zone = row.getString("weekly_zone");
    return zone == null
        ? null
        : new Mute.Weekly(
            Arrays.stream((Short[]) row.getArray("weekly_days").getArray())
                .map(day -> DayOfWeek.of(day))
                .collect(Collectors.toSet()),
            row.getObject("weekly_from", LocalTime.class),
            row.getInt("weekly_minutes"),
            ZoneId.of(zone));
  }
}
