package dev.muster.server.enrollment;

import dev.muster.server.device.GroupId;
import dev.muster.server.platform.OrganizationId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of what enrollment tokens give.
final class GrantStore {
  private GrantStore() {}

  static void insert(Handle handle, OrganizationId organization, UUID token, Grants grants) {
    insert(
        handle,
        "insert into enrollment.token_group (organization_id, token_id, group_id)",
        organization,
        token,
        grants.groups().stream().map(GroupId::value).toList());
    insert(
        handle,
        "insert into enrollment.token_policy (organization_id, token_id, policy_id)",
        organization,
        token,
        grants.policies());
  }

  private static void insert(
      Handle handle,
      String into,
      OrganizationId organization,
      UUID token,
      Collection<UUID> granted) {
    handle
        .createUpdate(
            into + " select distinct :organization, :token, id from unnest(:granted) as g (id)")
        .bind("organization", organization)
        .bind("token", token)
        .bindArray("granted", UUID.class, granted)
        .execute();
  }

  /// A token that gives nothing is missing.
  static Map<UUID, Grants> find(
      Handle handle, OrganizationId organization, Collection<UUID> tokens) {
    return handle
        .createQuery(
            """
            select t.id,
              array(select group_id from enrollment.token_group g
                where g.organization_id = :organization and g.token_id = t.id order by 1) as groups,
              array(select policy_id from enrollment.token_policy p
                where p.organization_id = :organization and p.token_id = t.id order by 1) as policies
            from unnest(:tokens) as t (id)
            """)
        .bind("organization", organization)
        .bindArray("tokens", UUID.class, tokens)
        .reduceRows(
            new HashMap<>(),
            (grants, row) -> {
              grants.put(
                  row.getColumn("id", UUID.class),
                  new Grants(
                      List.of(row.getColumn("groups", UUID[].class)).stream()
                          .map(GroupId::new)
                          .toList(),
                      List.of(row.getColumn("policies", UUID[].class))));
              return grants;
            });
  }
}
