package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The SQL that finds devices by filter. It runs as the cross-tenant role and names the
/// organization itself, because PostgreSQL uses no prefix index behind row-level security.
///
/// Pages are found by keyset in the order of registration, so a page costs the same wherever it is.
/// The count of all devices is kept as they are registered; the count behind a filter stops at
/// [#MOST_COUNTED], because counting exactly would read every row that matches.
final class DeviceSearch {
  /// A filtered list of more devices than this says that it has so many.
  static final int MOST_COUNTED = 10_000;

  private final OrganizationId organization;
  private final DeviceFilter filter;
  private final @Nullable GroupId group;

  DeviceSearch(OrganizationId organization, DeviceFilter filter, @Nullable GroupId group) {
    this.organization = organization;
    this.filter = filter;
    this.group = group;
  }

  List<Device> page(Handle handle, @Nullable DeviceId after, int offset, int limit) {
    Query query =
        handle.createQuery(
            "select "
                + DeviceStore.COLUMNS
                + source()
                + (after == null ? "" : " and d.id > :after")
                + " order by d.id offset :offset limit :limit");
    if (after != null) {
      query.bind("after", after.value());
    }
    return bind(query).bind("offset", offset).bind("limit", limit).map(DeviceStore::device).list();
  }

  long count(Handle handle) {
    if (filter.equals(DeviceFilter.ALL)) {
      return handle
          .createQuery(
              "select coalesce(sum(devices), 0) from device.tally where organization_id = :organization")
          .bind("organization", organization)
          .mapTo(long.class)
          .one();
    }
    return bind(handle.createQuery(
            "select count(*) from (select " + source() + " limit :most) as counted"))
        .bind("most", MOST_COUNTED)
        .mapTo(long.class)
        .one();
  }

  private String source() {
    StringBuilder sql = new StringBuilder("from device.device d ");
    if (group != null) {
      sql.append(
          """
          join device.group_member m
            on m.organization_id = d.organization_id and m.device_id = d.id and m.group_id = :group
          """);
    }
    if (filter.tag() != null) {
      sql.append(
          """
          join device.device_tag t
            on t.organization_id = d.organization_id and t.device_id = d.id and t.tag = :tag
          """);
    }
    sql.append("where d.organization_id = :organization and d.lifecycle <> 'RETIRED'");
    if (filter.search() != null) {
      sql.append(" and (lower(d.name) like :prefix or lower(d.handle) like :prefix)");
    }
    if (filter.status() != null) {
      sql.append(" and d.status = :status");
    }
    return sql.toString();
  }

  private Query bind(Query query) {
    query.bind("organization", organization);
    if (group != null) {
      query.bind("group", group.value());
    }
    if (filter.search() != null) {
      query.bind("prefix", prefix(filter.search()));
    }
    if (filter.status() != null) {
      query.bind("status", filter.status().name());
    }
    if (filter.tag() != null) {
      query.bind("tag", filter.tag());
    }
    return query;
  }

  private static String prefix(String search) {
    return search
            .toLowerCase(Locale.ROOT)
            .replace("\\", "\\\\")
            .replace("%", "\\%")
            .replace("_", "\\_")
        + "%";
  }
}
