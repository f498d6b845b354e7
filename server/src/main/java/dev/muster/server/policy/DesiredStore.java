package dev.muster.server.policy;

import dev.muster.protocol.Json;
import dev.muster.protocol.Payloads;
import dev.muster.protocol.Platform;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of what is desired of devices.
final class DesiredStore {
  /// The sum of the activations of a set `s`, and the payloads of its policies, weakest first.
  private static final String SET_CONTENT =
      """
      cross join lateral (
        select sum(p.activations) as activations,
               array_agg(v.payload::text order by p.is_defaults desc, p.priority, p.id) as payloads
        from policy.policy_set_member m
        join policy.policy p on p.organization_id = m.organization_id and p.id = m.policy_id
        join policy.version v on v.organization_id = p.organization_id and v.id = p.current_version_id
        where m.organization_id = s.organization_id and m.set_id = s.set_id
      ) content
      """;

  private static final String SUM =
      """
      select m.set_id, sum(p.activations) as activations
      from policy.policy_set_member m
      join policy.policy p on p.organization_id = m.organization_id and p.id = m.policy_id
      where m.organization_id = :organization and m.set_id = any(:sets)
      group by m.set_id
      """;

  private DesiredStore() {}

  /// Version, policies, payloads and override in ONE statement: with two, a publication between
  /// them would hand out a new version with old content. Secret values are as they are stored.
  static Optional<DesiredPolicy> read(Handle handle, OrganizationId organization, DeviceId device) {
    return handle
        .createQuery(
            """
            select s.base + content.activations as version, content.payloads, s.override::text, d.platform
            from policy.desired s
            join device.device d on d.organization_id = s.organization_id and d.id = s.device_id
            """
                + SET_CONTENT
                + "where s.organization_id = :organization and s.device_id = :device")
        .bind("organization", organization)
        .bind("device", device.value())
        .map((row, _) ->
            new DesiredPolicy(
                row.getLong("version"),
                effective(
                    row, row.getString("override"), Platform.valueOf(row.getString("platform"))),
                Map.of()))
        .findOne();
  }

  /// The same for whole kinds of devices: those that share set, override and platform.
  ///
  /// @param compared makes of stored settings those that are compared with reports
  static Map<EffectiveKey, Effective> readAll(
      Handle handle,
      OrganizationId organization,
      Collection<EffectiveKey> keys,
      UnaryOperator<Json.Obj> compared) {
    List<EffectiveKey> ordered = List.copyOf(keys);
    Map<EffectiveKey, Effective> result = new LinkedHashMap<>();
    handle
        .createQuery(
            """
            select s.set_id, s.override_hash, s.platform, content.activations, content.payloads,
                   (select d.override::text from policy.desired d
                    where d.organization_id = s.organization_id
                      and d.override_hash = s.override_hash and d.override_hash <> '' limit 1) as override
            from (select cast(:organization as uuid) as organization_id, k.*
                  from unnest(cast(:sets as uuid[]), cast(:overrides as text[]), cast(:platforms as text[]))
                    as k (set_id, override_hash, platform)) s
            """
                + SET_CONTENT)
        .bind("organization", organization)
        .bindArray("sets", UUID.class, ordered.stream().map(EffectiveKey::setId).toList())
        .bindArray(
            "overrides", String.class, ordered.stream().map(EffectiveKey::overrideHash).toList())
        .bindArray(
            "platforms", String.class, ordered.stream().map(key -> key.platform().name()).toList())
        .map((row, _) -> {
          EffectiveKey key =
              new EffectiveKey(
                  row.getObject("set_id", UUID.class),
                  row.getString("override_hash"),
                  Platform.valueOf(row.getString("platform")));
          Json.Obj settings =
              compared.apply(effective(row, row.getString("override"), key.platform()));
          return Map.entry(
              key, new Effective(row.getLong("activations"), settings, JsonText.hash(settings)));
        })
        .forEach(entry -> result.put(entry.getKey(), entry.getValue()));
    return result;
  }

  private static Json.Obj effective(ResultSet row, @Nullable String override, Platform platform)
      throws SQLException {
    Array array = row.getArray("payloads");
    List<Json.Obj> payloads =
        Stream.of((String[]) array.getArray()).map(JsonText::parseObject).toList();
    Json.Obj merged = Payloads.merge(payloads);
    return Payloads.forPlatform(
        override == null ? merged : Payloads.override(merged, JsonText.parseObject(override)),
        platform);
  }

  /// Locks the rows of the devices in the order of their ids, and returns them.
  static List<DesiredState> lock(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return states(handle, organization, devices, "for no key update");
  }

  /// Holds the row as it is until the end of the transaction.
  static Optional<DesiredState> hold(Handle handle, OrganizationId organization, DeviceId device) {
    return states(handle, organization, List.of(device), "for share").stream().findFirst();
  }

  private static List<DesiredState> states(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices, String lock) {
    return handle
        .createQuery(
            """
            select device_id, set_id, base, override_hash from policy.desired
            where organization_id = :organization and device_id = any(:devices)
            order by device_id
            """
                + lock)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, uuids(devices))
        .map((row, _) -> state(row))
        .list();
  }

  /// The policies that apply to each device by what is written now: its own, its groups' and the
  /// organization's defaults; distinct and sorted.
  static Map<DeviceId, List<UUID>> applying(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    Map<DeviceId, List<UUID>> result = new LinkedHashMap<>();
    handle
        .createQuery(
            """
            select device_id, array_agg(policy_id order by policy_id) as policies from (
              select device_id, policy_id from policy.device_assignment
              where organization_id = :organization and device_id = any(:devices)
              union
              select m.device_id, a.policy_id
              from device.group_member m
              join policy.group_assignment a
                on a.organization_id = m.organization_id and a.group_id = m.group_id
              where m.organization_id = :organization and m.device_id = any(:devices)
              union
              select device_id, p.id
              from unnest(:devices) as device_id
              join policy.policy p on p.organization_id = :organization and p.is_defaults
            ) applying
            group by device_id
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, uuids(devices))
        .map((row, _) ->
            Map.entry(
                new DeviceId(row.getObject("device_id", UUID.class)),
                List.of((UUID[]) row.getArray("policies").getArray())))
        .forEach(entry -> result.put(entry.getKey(), entry.getValue()));
    return result;
  }

  static Map<UUID, List<UUID>> members(
      Handle handle, OrganizationId organization, Collection<UUID> sets) {
    Map<UUID, List<UUID>> result = new LinkedHashMap<>();
    handle
        .createQuery(
            """
            select id, members from policy.policy_set
            where organization_id = :organization and id = any(:sets)
            """)
        .bind("organization", organization)
        .bindArray("sets", UUID.class, new ArrayList<>(sets))
        .map((row, _) ->
            Map.entry(
                row.getObject("id", UUID.class),
                List.of((UUID[]) row.getArray("members").getArray())))
        .forEach(entry -> result.put(entry.getKey(), entry.getValue()));
    return result;
  }

  /// The id of the set of exactly these policies, made when there was none.
  static UUID intern(
      Handle handle, OrganizationId organization, UUID candidate, List<UUID> members) {
    Optional<UUID> known = findSet(handle, organization, members);
    if (known.isPresent()) {
      return known.get();
    }
    int made =
        handle
            .createUpdate(
                """
                insert into policy.policy_set (organization_id, id, members)
                values (:organization, :id, :members) on conflict do nothing
                """)
            .bind("organization", organization)
            .bind("id", candidate)
            .bindArray("members", UUID.class, members)
            .execute();
    if (made == 0) {
      return findSet(handle, organization, members).orElseThrow();
    }
    handle
        .createUpdate(
            """
            insert into policy.policy_set_member (organization_id, set_id, policy_id)
            select :organization, :id, unnest(:members)
            """)
        .bind("organization", organization)
        .bind("id", candidate)
        .bindArray("members", UUID.class, members)
        .execute();
    return candidate;
  }

  private static Optional<UUID> findSet(
      Handle handle, OrganizationId organization, List<UUID> members) {
    return handle
        .createQuery(
            """
            select id from policy.policy_set
            where organization_id = :organization and members = cast(:members as uuid[])
            """)
        .bind("organization", organization)
        .bindArray("members", UUID.class, members)
        .mapTo(UUID.class)
        .findOne();
  }

  static Map<UUID, Long> sums(Handle handle, OrganizationId organization, Collection<UUID> sets) {
    Map<UUID, Long> result = new LinkedHashMap<>();
    handle
        .createQuery(SUM)
        .bind("organization", organization)
        .bindArray("sets", UUID.class, new ArrayList<>(sets))
        .map((row, _) -> Map.entry(row.getObject("set_id", UUID.class), row.getLong("activations")))
        .forEach(entry -> result.put(entry.getKey(), entry.getValue()));
    return result;
  }

  /// Writes sets and bases, and appends what changed to the history.
  static void write(
      Handle handle, OrganizationId organization, List<DesiredState> states, Instant now) {
    handle
        .createUpdate(
            """
            insert into policy.desired (organization_id, device_id, set_id, base)
            select :organization, * from unnest(:devices, :sets, :bases)
            on conflict (organization_id, device_id)
            do update set set_id = excluded.set_id, base = excluded.base
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, states.stream().map(s -> s.device().value()).toList())
        .bindArray("sets", UUID.class, states.stream().map(DesiredState::setId).toList())
        .bindArray("bases", Long.class, states.stream().map(DesiredState::base).toList())
        .execute();
    appendHistory(handle, organization, states.stream().map(DesiredState::device).toList(), now);
  }

  /// Replaces the override of a device, whose row is locked, and raises its version by one.
  ///
  /// @param override as it is to be stored
  /// @param hash names its content
  static DesiredState writeOverride(
      Handle handle,
      OrganizationId organization,
      DeviceId device,
      Json.@Nullable Obj override,
      String hash,
      Instant now) {
    DesiredState state =
        handle
            .createQuery(
                """
                update policy.desired
                set base = base + 1, override = cast(:override as jsonb), override_hash = :hash
                where organization_id = :organization and device_id = :device
                returning device_id, set_id, base, override_hash
                """)
            .bind("organization", organization)
            .bind("device", device.value())
            .bind("override", override == null ? null : override.canonical())
            .bind("hash", override == null ? "" : hash)
            .map((row, _) -> state(row))
            .one();
    appendHistory(handle, organization, List.of(device), now);
    return state;
  }

  static Json.Obj override(Handle handle, OrganizationId organization, DeviceId device) {
    return handle
        .createQuery(
            """
            select coalesce(override, '{}')::text from policy.desired
            where organization_id = :organization and device_id = :device
            """)
        .bind("organization", organization)
        .bind("device", device.value())
        .mapTo(String.class)
        .findOne()
        .map(JsonText::parseObject)
        .orElse(new Json.Obj(Map.of()));
  }

  private static void appendHistory(
      Handle handle, OrganizationId organization, List<DeviceId> devices, Instant now) {
    handle
        .createUpdate(
            """
            insert into policy.desired_change
              (organization_id, id, device_id, changed_at, set_id, base, override)
            select organization_id, gen_random_uuid(), device_id, :now, set_id, base, override
            from policy.desired
            where organization_id = :organization and device_id = any(:devices)
            """)
        .bind("organization", organization)
        .bind("now", now)
        .bindArray("devices", UUID.class, uuids(devices))
        .execute();
  }

  private static DesiredState state(ResultSet row) throws SQLException {
    return new DesiredState(
        new DeviceId(row.getObject("device_id", UUID.class)),
        row.getObject("set_id", UUID.class),
        row.getLong("base"),
        row.getString("override_hash"));
  }

  private static List<UUID> uuids(Collection<DeviceId> devices) {
    return devices.stream().map(DeviceId::value).toList();
  }
}
