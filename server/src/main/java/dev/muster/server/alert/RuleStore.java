package dev.muster.server.alert;

import dev.muster.server.device.GroupId;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of rules.
final class RuleStore {
  private RuleStore() {}

  static List<RuleBook.Set> of(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            """
            select kind, group_id, enabled, severity, threshold, cooldown_seconds, remediate, remedies_a_day,
              open_task, task_project, task_assignee, task_priority
            from alert.rule where organization_id = :organization
            """)
        .bind("organization", organization)
        .map((row, _) -> rule(row))
        .list();
  }

  private static RuleBook.Set rule(ResultSet row) throws SQLException {
    UUID group = row.getObject("group_id", UUID.class);
    return new RuleBook.Set(
        group == null ? null : new GroupId(group),
        new Terms(
            RuleKind.valueOf(row.getString("kind")),
            row.getBoolean("enabled"),
            Severity.valueOf(row.getString("severity")),
            row.getInt("threshold"),
            Duration.ofSeconds(row.getInt("cooldown_seconds")),
            new Terms.Remedy(
                row.getBoolean("remediate"), row.getInt("remedies_a_day"), task(row))));
  }

  private static @Nullable TaskOrder task(ResultSet row) throws SQLException {
    return row.getBoolean("open_task")
        ? new TaskOrder(
            row.getObject("task_project", UUID.class),
            row.getObject("task_assignee", UUID.class),
            row.getString("task_priority"))
        : null;
  }

  static void put(
      Handle handle, OrganizationId organization, @Nullable GroupId group, Terms terms) {
    TaskOrder task = terms.remedy().task();
    handle
        .createUpdate(
            """
            insert into alert.rule (organization_id, id, kind, group_id, enabled, severity, threshold,
              cooldown_seconds, remediate, remedies_a_day, open_task, task_project, task_assignee, task_priority)
            values (:organization, :id, :kind, :group, :enabled, :severity, :threshold, :cooldown,
              :remediate, :aDay, :opens, :project, :assignee, :priority)
            on conflict on constraint rule_once do update set
              enabled = excluded.enabled, severity = excluded.severity, threshold = excluded.threshold,
              cooldown_seconds = excluded.cooldown_seconds, remediate = excluded.remediate,
              remedies_a_day = excluded.remedies_a_day, open_task = excluded.open_task,
              task_project = excluded.task_project, task_assignee = excluded.task_assignee,
              task_priority = excluded.task_priority
            """)
        .bind("organization", organization)
        .bind("id", Ids.next())
        .bind("kind", terms.kind().name())
        .bindByType("group", group == null ? null : group.value(), UUID.class)
        .bind("enabled", terms.enabled())
        .bind("severity", terms.severity().name())
        .bind("threshold", terms.threshold())
        .bind("cooldown", (int) terms.cooldown().toSeconds())
        .bind("remediate", terms.remedy().on())
        .bind("aDay", terms.remedy().aDay())
        .bind("opens", task != null)
        .bindByType("project", task == null ? null : task.project(), UUID.class)
        .bindByType("assignee", task == null ? null : task.assignedTo(), UUID.class)
        .bindByType("priority", task == null ? null : task.priority(), String.class)
        .execute();
  }

  static List<OrganizationId> organizationsWith(Handle handle, Collection<RuleKind> kinds) {
    return handle
        .createQuery(
            """
            select distinct organization_id from alert.rule where enabled and kind = any(:kinds)
            """)
        .bindArray("kinds", String.class, kinds.stream().map(RuleKind::name).toList())
        .mapTo(UUID.class)
        .map(OrganizationId::new)
        .list();
  }

  /// Says whether there was one.
  static boolean delete(
      Handle handle, OrganizationId organization, RuleKind kind, @Nullable GroupId group) {
    return handle
            .createUpdate(
                """
                delete from alert.rule
                where organization_id = :organization and kind = :kind
                  and group_id is not distinct from cast(:group as uuid)
                """)
            .bind("organization", organization)
            .bind("kind", kind.name())
            .bindByType("group", group == null ? null : group.value(), UUID.class)
            .execute()
        == 1;
  }

  /// Holds back others who change rules of the organization until the transaction ends.
  static void lock(Handle handle, OrganizationId organization) {
    handle.execute(
        "select pg_advisory_xact_lock(hashtextextended('alert.rule:' || ?, 0))",
        organization.toString());
  }
}
