package dev.muster.server.policy;

import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The SQL of policies, versions and activations.
final class PolicyStore {
  private static final String POLICY =
      """
      select p.id, p.name, p.type, p.description, p.priority, p.is_defaults as defaults,
             p.current_version_id, v.number as current_version, p.activations, p.archived_at,
             p.created_at, p.updated_at
      from policy.policy p
      left join policy.version v
        on v.organization_id = p.organization_id and v.id = p.current_version_id
      """;

  private PolicyStore() {}

  /// Waits for who assigns the policy, and holds up who will. Fair, where FOR UPDATE on the row
  /// would let a stream of assignments starve a publication.
  static void lockExclusively(Handle handle, UUID policy) {
    handle.execute("select pg_advisory_xact_lock(hashtextextended(?, 20))", policy.toString());
  }

  /// In the order of the ids.
  static void lockShared(Handle handle, List<UUID> policies) {
    handle
        .createQuery(
            """
            select cast(pg_advisory_xact_lock_shared(hashtextextended(id, 20)) as text)
            from unnest(cast(:ids as text[])) as id
            """)
        .bindArray("ids", String.class, policies.stream().map(UUID::toString).sorted().toList())
        .mapTo(String.class)
        .list();
  }

  static boolean insert(Handle handle, OrganizationId organization, Policy policy) {
    return handle
            .createUpdate(
                """
                insert into policy.policy
                  (organization_id, id, name, type, description, priority, is_defaults, created_at, updated_at)
                values (:organization, :id, :name, :type, :description, :priority, :defaults, :createdAt, :updatedAt)
                on conflict do nothing
                """)
            .bind("organization", organization)
            .bindMethods(policy)
            .execute()
        == 1;
  }

  static Optional<Policy> find(Handle handle, UUID id) {
    return handle
        .createQuery(POLICY + "where p.id = :id")
        .bind("id", id)
        .map(ConstructorMapper.of(Policy.class))
        .findOne();
  }

  static Optional<Policy> findByName(Handle handle, String name) {
    return handle
        .createQuery(
            POLICY
                + "where lower(p.name) = lower(:name) and p.archived_at is null and not p.is_defaults")
        .bind("name", name)
        .map(ConstructorMapper.of(Policy.class))
        .findOne();
  }

  static Optional<Policy> findDefaults(Handle handle) {
    return handle
        .createQuery(POLICY + "where p.is_defaults")
        .map(ConstructorMapper.of(Policy.class))
        .findOne();
  }

  static List<Policy> list(Handle handle, int limit, int offset) {
    return handle
        .createQuery(POLICY + "where not p.is_defaults order by p.id limit :limit offset :offset")
        .bind("limit", limit)
        .bind("offset", offset)
        .map(ConstructorMapper.of(Policy.class))
        .list();
  }

  static long count(Handle handle) {
    return handle
        .createQuery("select count(*) from policy.policy where not is_defaults")
        .mapTo(long.class)
        .one();
  }

  static int nextNumber(Handle handle, UUID policy) {
    return handle
        .createQuery(
            "select coalesce(max(number), 0) + 1 from policy.version where policy_id = :policy")
        .bind("policy", policy)
        .mapTo(int.class)
        .one();
  }

  static void insertVersion(Handle handle, OrganizationId organization, PolicyVersion version) {
    handle
        .createUpdate(
            """
            insert into policy.version
              (organization_id, id, policy_id, number, payload, checksum, comment, created_by, created_at)
            values (:organization, :id, :policyId, :number, cast(:json as jsonb), :checksum, :comment, :createdBy, :createdAt)
            """)
        .bind("organization", organization)
        .bindMethods(version)
        .bind("json", version.payload().canonical())
        .execute();
  }

  /// Makes a version current: the one row that a publication changes. Returns the new sum.
  static long activate(Handle handle, UUID policy, UUID version, Instant now) {
    return handle
        .createQuery(
            """
            update policy.policy
            set current_version_id = :version, activations = activations + 1, updated_at = :now
            where id = :policy
            returning activations
            """)
        .bind("policy", policy)
        .bind("version", version)
        .bind("now", now)
        .mapTo(long.class)
        .one();
  }

  static void insertActivation(
      Handle handle, OrganizationId organization, UUID policy, Activation activation) {
    handle
        .createUpdate(
            """
            insert into policy.activation
              (organization_id, id, policy_id, version_id, sequence, kind, activated_by, activated_at)
            values (:organization, :id, :policy, :versionId, :sequence, :kind, :activatedBy, :activatedAt)
            """)
        .bind("organization", organization)
        .bind("policy", policy)
        .bindMethods(activation)
        .execute();
  }

  static Optional<PolicyVersion> findVersion(Handle handle, UUID policy, UUID version) {
    return versions(handle, "and id = :id", policy, version, null, 1, 0).stream().findFirst();
  }

  static Optional<PolicyVersion> findVersion(Handle handle, UUID policy, int number) {
    return versions(handle, "and number = :number", policy, null, number, 1, 0).stream()
        .findFirst();
  }

  static List<PolicyVersion> versions(Handle handle, UUID policy, int limit, int offset) {
    return versions(handle, "", policy, null, null, limit, offset);
  }

  private static List<PolicyVersion> versions(
      Handle handle,
      String filter,
      UUID policy,
      @Nullable UUID id,
      @Nullable Integer number,
      int limit,
      int offset) {
    return handle
        .createQuery(
            """
            select id, policy_id, number, payload::text, checksum, comment, created_by, created_at
            from policy.version where policy_id = :policy %s
            order by number desc limit :limit offset :offset
            """
                .formatted(filter))
        .bind("policy", policy)
        .bind("id", id)
        .bind("number", number)
        .bind("limit", limit)
        .bind("offset", offset)
        .map(new VersionMapper())
        .list();
  }

  static long countVersions(Handle handle, UUID policy) {
    return handle
        .createQuery("select count(*) from policy.version where policy_id = :policy")
        .bind("policy", policy)
        .mapTo(long.class)
        .one();
  }

  static List<Activation> activations(Handle handle, UUID policy, int limit, int offset) {
    return handle
        .createQuery(
            """
            select a.id, a.version_id, v.number as version, a.sequence, a.kind, a.activated_by, a.activated_at
            from policy.activation a
            join policy.version v on v.organization_id = a.organization_id and v.id = a.version_id
            where a.policy_id = :policy
            order by a.sequence desc limit :limit offset :offset
            """)
        .bind("policy", policy)
        .bind("limit", limit)
        .bind("offset", offset)
        .map(ConstructorMapper.of(Activation.class))
        .list();
  }

  static boolean isAssigned(Handle handle, UUID policy) {
    return handle
        .createQuery(
            """
            select exists (select from policy.device_assignment where policy_id = :policy)
                or exists (select from policy.group_assignment where policy_id = :policy)
            """)
        .bind("policy", policy)
        .mapTo(boolean.class)
        .one();
  }

  static void archive(Handle handle, UUID policy, Instant now) {
    handle
        .createUpdate(
            "update policy.policy set archived_at = :now, updated_at = :now where id = :policy")
        .bind("policy", policy)
        .bind("now", now)
        .execute();
  }

  private static final class VersionMapper implements RowMapper<PolicyVersion> {
    @Override
    public PolicyVersion map(ResultSet row, StatementContext context) throws SQLException {
      return new PolicyVersion(
          row.getObject("id", UUID.class),
          row.getObject("policy_id", UUID.class),
          row.getInt("number"),
          JsonText.parseObject(row.getString("payload")),
          row.getString("checksum"),
          row.getString("comment"),
          row.getObject("created_by", UUID.class),
          row.getTimestamp("created_at").toInstant());
    }
  }
}
