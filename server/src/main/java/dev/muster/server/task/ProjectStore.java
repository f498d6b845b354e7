package dev.muster.server.task;

import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// The SQL of projects.
final class ProjectStore {
  private static final String ROW =
      """
      select p.id, p.name, p.description, p.color, p.is_archived, p.created_by, p.created_at, p.updated_at,
        u.name as created_by_name,
        (select count(*) from task.task t where t.organization_id = p.organization_id and t.project_id = p.id
         and t.deleted_at is null) as task_count
      from task.project p
      left join identity.users u on u.organization_id = p.organization_id and u.id = p.created_by
      where p.organization_id = :organization
      """;

  private ProjectStore() {}

  static void insert(Handle handle, OrganizationId organization, Project project) {
    handle
        .createUpdate(
            """
            insert into task.project
              (organization_id, id, name, description, color, is_archived, created_by, created_at, updated_at)
            values (:organization, :id, :name, :description, :color, :archived, :by, :created, :updated)
            """)
        .bind("organization", organization)
        .bind("id", project.id())
        .bind("name", project.name())
        .bind("description", project.description())
        .bind("color", project.color())
        .bind("archived", project.archived())
        .bind("by", project.createdBy())
        .bind("created", project.createdAt())
        .bind("updated", project.updatedAt())
        .execute();
  }

  /// Writes a project that the transaction has locked.
  static void update(Handle handle, OrganizationId organization, Project project) {
    handle
        .createUpdate(
            """
            update task.project set name = :name, description = :description, color = :color,
              is_archived = :archived, updated_at = :updated
            where organization_id = :organization and id = :id
            """)
        .bind("organization", organization)
        .bind("id", project.id())
        .bind("name", project.name())
        .bind("description", project.description())
        .bind("color", project.color())
        .bind("archived", project.archived())
        .bind("updated", project.updatedAt())
        .execute();
  }

  static Optional<Project> find(Handle handle, OrganizationId organization, UUID id) {
    return handle
        .createQuery(ROW + " and p.id = :id")
        .bind("organization", organization)
        .bind("id", id)
        .map(ProjectStore::project)
        .findOne();
  }

  /// The same, locked until the end of the transaction.
  static Optional<Project> lock(Handle handle, OrganizationId organization, UUID id) {
    return handle
        .createQuery(ROW + " and p.id = :id for no key update of p")
        .bind("organization", organization)
        .bind("id", id)
        .map(ProjectStore::project)
        .findOne();
  }

  /// Newest first.
  static List<Project> page(Handle handle, OrganizationId organization, int limit, int offset) {
    return handle
        .createQuery(ROW + " order by p.created_at desc, p.id desc limit :limit offset :offset")
        .bind("organization", organization)
        .bind("limit", limit)
        .bind("offset", offset)
        .map(ProjectStore::project)
        .list();
  }

  static long count(Handle handle, OrganizationId organization) {
    return handle
        .createQuery("select count(*) from task.project where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .one();
  }

  /// Those of the projects that exist, with who made them (or nobody).
  static Map<UUID, Optional<UUID>> makers(
      Handle handle, OrganizationId organization, Collection<UUID> ids) {
    Map<UUID, Optional<UUID>> makers = new HashMap<>();
    handle
        .createQuery(
            "select id, created_by from task.project where organization_id = :organization and id = any(:ids)")
        .bind("organization", organization)
        .bindArray("ids", UUID.class, ids)
        .map((row, _) ->
            Map.entry(
                row.getObject("id", UUID.class),
                Optional.ofNullable(row.getObject("created_by", UUID.class))))
        .forEach(entry -> makers.put(entry.getKey(), entry.getValue()));
    return makers;
  }

  private static Project project(ResultSet row, StatementContext context) throws SQLException {
    return new Project(
        row.getObject("id", UUID.class),
        row.getString("name"),
        row.getString("description"),
        row.getString("color"),
        row.getBoolean("is_archived"),
        row.getObject("created_by", UUID.class),
        row.getString("created_by_name"),
        row.getLong("task_count"),
        Rows.time(row, "created_at"),
        Rows.time(row, "updated_at"));
  }
}
