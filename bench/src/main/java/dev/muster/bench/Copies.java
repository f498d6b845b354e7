package dev.muster.bench;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;

/// Multiplies devices by SQL. Only rows of one device are copied, and all of them but its
/// credentials, so what holds of a device holds of its copies; foreign keys are checked.
///
/// Copies of different devices take turns, so that neighbours by id have little in common.
final class Copies {
  private static final String NOTE =
      """
      create schema bench;
      create table bench.template (n bigint primary key, id uuid not null, organization_id uuid not null);
      create table bench.copy (id uuid primary key, template uuid not null, organization_id uuid not null)
      """;

  private static final String CHOOSE =
      """
      insert into bench.template
      select t.n - 1, t.id, d.organization_id
      from unnest(?) with ordinality as t (id, n) join device.device d on d.id = t.id
      """;

  private static final String NAME =
      """
      insert into bench.copy
      select uuidv7(), t.id, t.organization_id
      from (select i from generate_series(0, ? - 1) as i order by i) s
      join bench.template t on t.n = s.i % (select count(*) from bench.template)
      """;

  private static final List<String> COPY =
      List.of(
          """
          insert into device.device
            (organization_id, id, handle, name, name_key, platform, type, status, tags, hardware_id, fingerprint,
             model, os_version, agent_version, created_at, updated_at)
          select d.organization_id, c.id, c.id::text, d.model || ' ' || right(c.id::text, 6),
                 lower(d.model) || ' ' || right(c.id::text, 6), d.platform, d.type, d.status, d.tags, null, null, d.model, d.os_version, d.agent_version, now(), now()
          from bench.copy c
          join device.device d on d.organization_id = c.organization_id and d.id = c.template
          order by c.id
          """,
          """
          insert into device.group_member (organization_id, group_id, device_id)
          select m.organization_id, m.group_id, c.id
          from bench.copy c
          join device.group_member m on m.organization_id = c.organization_id and m.device_id = c.template
          order by c.id
          """,
          """
          insert into device.facet (organization_id, facet, retired, device_id, name_key, handle_key)
          select f.organization_id, f.facet, f.retired, f.device_id, f.name_key, f.handle_key
          from bench.copy c
          join device.facet_due f on f.organization_id = c.organization_id and f.device_id = c.id
          """,
          """
          insert into device.event (organization_id, id, device_id, kind, body, at)
          select e.organization_id, uuidv7(), c.id, e.kind, e.body, e.at
          from bench.copy c
          join device.event e on e.organization_id = c.organization_id and e.device_id = c.template
          order by c.id
          """,
          """
          insert into device.tally as t (organization_id, shard, devices)
          select organization_id, 0, count(*) from bench.copy group by organization_id
          on conflict (organization_id, shard) do update set devices = t.devices + excluded.devices
          """,
          """
          insert into policy.desired (organization_id, device_id, set_id, base, override, override_hash)
          select d.organization_id, c.id, d.set_id, d.base, d.override, d.override_hash
          from bench.copy c
          join policy.desired d on d.organization_id = c.organization_id and d.device_id = c.template
          order by c.id
          """,
          """
          insert into policy.desired_change
            (organization_id, id, device_id, changed_at, set_id, base, override)
          select d.organization_id, uuidv7(), c.id, d.changed_at, d.set_id, d.base, d.override
          from bench.copy c
          join policy.desired_change d on d.organization_id = c.organization_id and d.device_id = c.template
          order by c.id
          """,
          """
          insert into compliance.actual (organization_id, device_id, set_id, override_hash, platform)
          select a.organization_id, c.id, a.set_id, a.override_hash, a.platform
          from bench.copy c
          join compliance.actual a on a.organization_id = c.organization_id and a.device_id = c.template
          order by c.id
          """);

  private static final String REPORT =
      """
      with due as (
        select c.organization_id, c.id, uuidv7() as report_id, a.report_id as original
        from bench.copy c
        join compliance.actual a on a.organization_id = c.organization_id and a.device_id = c.template
        join compliance.actual own on own.organization_id = c.organization_id and own.device_id = c.id
        where own.observation_hash is distinct from a.observation_hash
      ), reported as (
        insert into compliance.report
          (organization_id, id, device_id, received_at, sequence, version, camera_disabled,
           compliant_claim, observation_hash)
        select d.organization_id, d.report_id, d.id, now(), r.sequence, r.version, r.camera_disabled,
               r.compliant_claim, r.observation_hash
        from due d
        join compliance.report r on r.organization_id = d.organization_id and r.id = d.original
        order by d.id
        returning *
      )
      update compliance.actual a
      set lag = r.version - s.base, reported_version = r.version, observation_hash = r.observation_hash,
          report_id = r.id, sequence = r.sequence, reported_at = r.received_at
      from reported r
      join policy.desired s on s.organization_id = r.organization_id and s.device_id = r.device_id
      where a.organization_id = r.organization_id and a.device_id = r.device_id
      """;

  private Copies() {}

  static void make(Connection database, List<UUID> templates, int copies) throws SQLException {
    try (Statement statement = database.createStatement()) {
      statement.execute(NOTE);
    }
    Array ids = database.createArrayOf("uuid", templates.toArray());
    try (PreparedStatement choose = database.prepareStatement(CHOOSE);
        PreparedStatement name = database.prepareStatement(NAME)) {
      choose.setArray(1, ids);
      choose.execute();
      name.setInt(1, copies);
      name.execute();
    }
    try (Statement statement = database.createStatement()) {
      for (String sql : COPY) {
        statement.execute(sql);
      }
    }
  }

  /// Each copy of a device that has reported something else since reports the same.
  static void report(Connection database) throws SQLException {
    try (Statement statement = database.createStatement()) {
      statement.execute(REPORT);
    }
  }

  /// Leaves the tables as a database that has run for a while has them.
  static void settle(Connection database) throws SQLException {
    try (Statement statement = database.createStatement()) {
      statement.execute("vacuum analyze");
      statement.execute("checkpoint");
    }
  }
}
