package dev.muster.server.compliance;

import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Platform;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.policy.DesiredState;
import dev.muster.server.policy.Effective;
import dev.muster.server.policy.EffectiveKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The SQL that derives the states of many devices at once. `desired` stands for what is desired of
/// each kind of device (set, override, platform): few rows, handed in by the caller. Retired
/// devices are answered for when they are named, and otherwise not there.
///
/// Its records are public for Jdbi, which makes them.
final class ActualStore {
  /// A pair of documents on which the shared rule has not been heard yet.
  public record Pair(String desiredHash, String observationHash) {}

  public record Row(
      UUID deviceId,
      String device,
      String name,
      Platform platform,
      UUID setId,
      String overrideHash,
      ComplianceState state,
      long desiredVersion,
      @Nullable Instant receivedAt,
      @Nullable Long sequence,
      @Nullable Long version,
      @Nullable Boolean cameraDisabled,
      @Nullable Boolean compliantClaim,
      @Nullable String observation,
      @Nullable String drift) {}

  private static final String DESIRED =
      """
      with desired as (
        select * from unnest(cast(:sets as uuid[]), cast(:overrides as text[]), cast(:platforms as text[]),
                             cast(:sums as bigint[]), cast(:hashes as text[]))
          as k (set_id, override_hash, platform, activations, desired_hash)
      )
      """;

  private static final String JOINED =
      """
      join desired k on k.set_id = a.set_id and k.override_hash = a.override_hash and k.platform = a.platform
      left join compliance.verdict v
        on v.organization_id = :organization and v.desired_hash = k.desired_hash
       and v.observation_hash = a.observation_hash and v.rule_version = :rule and a.lag >= k.activations
      """;

  /// Devices that differ in nothing that a state is derived from, counted by one pass through the
  /// index `actual_state`, which is in this order. Joining comes after: of 100,000 devices a few
  /// hundred piles are left. Materialized, because PostgreSQL would join every device first.
  private static final String PILES =
      """
      , pile as materialized (
        select set_id, override_hash, platform, lag, observation_hash, count(*) as devices
        from compliance.actual where organization_id = :organization %s
        group by set_id, override_hash, platform, lag, observation_hash)
      """;

  /// The order of the shared rule: no report, an older version, then the verdict.
  private static final String STATE =
      """
      case when a.lag is null then 'UNKNOWN'
           when a.lag < k.activations then 'STALE'
           when v.satisfied then 'COMPLIANT'
           else 'NON_COMPLIANT' end
      """;

  private ActualStore() {}

  /// The kinds of devices that there are: by an index alone, skipping from one to the next.
  static List<EffectiveKey> keys(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            """
            with recursive kind as (
              (select set_id, override_hash, platform from compliance.actual
               where organization_id = :organization and not retired
               order by set_id, override_hash, platform limit 1)
              union all
              select next.* from kind cross join lateral (
                select a.set_id, a.override_hash, a.platform from compliance.actual a
                where a.organization_id = :organization and not a.retired
                  and (a.set_id, a.override_hash, a.platform) > (kind.set_id, kind.override_hash, kind.platform)
                order by a.set_id, a.override_hash, a.platform limit 1) next
            )
            select * from kind
            """)
        .bind("organization", organization)
        .map(ConstructorMapper.of(EffectiveKey.class))
        .list();
  }

  static List<EffectiveKey> keysOf(Handle handle, OrganizationId organization, List<UUID> devices) {
    return handle
        .createQuery(
            """
            select distinct set_id, override_hash, platform from compliance.actual
            where organization_id = :organization and device_id = any(:devices)
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices)
        .map(ConstructorMapper.of(EffectiveKey.class))
        .list();
  }

  /// The ids that follow `after`, at most `limit`.
  static List<UUID> next(
      Handle handle, OrganizationId organization, @Nullable UUID after, int limit) {
    var query =
        handle.createQuery(
            "select device_id from compliance.actual where organization_id = :organization and not retired "
                + (after == null ? "" : "and device_id > :after ")
                + "order by device_id limit :limit");
    if (after != null) {
      query.bind("after", after);
    }
    return query.bind("organization", organization).bind("limit", limit).mapTo(UUID.class).list();
  }

  /// Empty when a verdict is missing that the counts need.
  static Optional<Map<ComplianceState, Long>> counts(
      Handle handle, OrganizationId organization, int rule, Map<EffectiveKey, Effective> desired) {
    Map<String, Long> found = new HashMap<>();
    bindDesired(
            handle.createQuery(
                DESIRED
                    + PILES.formatted("and not retired")
                    + """
                    select case when v.satisfied is null and a.lag >= k.activations then 'UNJUDGED' else
                    """
                    + STATE
                    + "end as state, sum(a.devices) as devices from pile a "
                    + JOINED
                    + "group by 1"),
            organization,
            desired)
        .bind("rule", rule)
        .map((row, _) -> Map.entry(row.getString("state"), row.getLong("devices")))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    if (found.containsKey("UNJUDGED")) {
      return Optional.empty();
    }
    Map<ComplianceState, Long> counts = new EnumMap<>(ComplianceState.class);
    for (ComplianceState state : ComplianceState.values()) {
      counts.put(state, found.getOrDefault(state.name(), 0L));
    }
    return Optional.of(counts);
  }

  /// The pairs that an answer over all devices (or `devices`) needs and that are not cached.
  static List<Pair> missingPairs(
      Handle handle,
      OrganizationId organization,
      int rule,
      Map<EffectiveKey, Effective> desired,
      @Nullable List<UUID> devices) {
    var query =
        bindDesired(
            handle.createQuery(
                DESIRED
                    + PILES.formatted(
                        devices == null ? "and not retired" : "and device_id = any(:devices)")
                    + "select distinct k.desired_hash, a.observation_hash from pile a "
                    + JOINED
                    + "where a.lag >= k.activations and v.satisfied is null"),
            organization,
            desired);
    if (devices != null) {
      query.bindArray("devices", UUID.class, devices);
    }
    return query.bind("rule", rule).map(ConstructorMapper.of(Pair.class)).list();
  }

  /// These devices, in the order of their ids.
  static List<Row> rows(
      Handle handle,
      OrganizationId organization,
      int rule,
      Map<EffectiveKey, Effective> desired,
      List<UUID> devices) {
    return rows(handle, organization, rule, desired, "and a.device_id = any(:devices)", "")
        .bindArray("devices", UUID.class, devices)
        .map(ConstructorMapper.of(Row.class))
        .list();
  }

  /// Devices in the order of their ids, those after `after` that are in `state`, at most `limit`.
  static List<Row> page(
      Handle handle,
      OrganizationId organization,
      int rule,
      Map<EffectiveKey, Effective> desired,
      ComplianceState state,
      @Nullable UUID after,
      int limit) {
    var query =
        rows(
            handle,
            organization,
            rule,
            desired,
            "and not a.retired " + isIn(state) + (after == null ? "" : " and a.device_id > :after"),
            "order by a.device_id limit :limit");
    if (after != null) {
      query.bind("after", after);
    }
    return query.bind("limit", limit).map(ConstructorMapper.of(Row.class)).list();
  }

  /// The same as [#STATE], so that an index finds the devices; every verdict must be there.
  private static String isIn(ComplianceState state) {
    return switch (state) {
      case UNKNOWN -> "and a.lag is null";
      case STALE -> "and a.lag < k.activations";
      case COMPLIANT -> "and a.lag >= k.activations and v.satisfied";
      case NON_COMPLIANT -> "and a.lag >= k.activations and not v.satisfied";
    };
  }

  private static Query rows(
      Handle handle,
      OrganizationId organization,
      int rule,
      Map<EffectiveKey, Effective> desired,
      String filter,
      String cut) {
    return bindDesired(
            handle.createQuery(
                DESIRED
                    + ", page as (select a.*, k.activations, v.drift, "
                    + STATE
                    + " as state from compliance.actual a "
                    + JOINED
                    + """
                    where a.organization_id = :organization %s
                    %s)
                    select p.device_id, d.handle as device, d.name, d.platform, p.set_id, p.override_hash,
                           p.state, s.base + p.activations as desired_version, r.received_at, r.sequence,
                           r.version, r.camera_disabled, r.compliant_claim, o.body::text as observation,
                           case when p.state = 'NON_COMPLIANT' then p.drift::text end as drift
                    from page p
                    join device.device d on d.organization_id = p.organization_id and d.id = p.device_id
                    join policy.desired s on s.organization_id = p.organization_id and s.device_id = p.device_id
                    left join compliance.report r on r.organization_id = p.organization_id and r.id = p.report_id
                    left join compliance.observation o
                      on o.organization_id = p.organization_id and o.hash = p.observation_hash
                    order by p.device_id
                    """
                        .formatted(filter, cut)),
            organization,
            desired)
        .bind("rule", rule);
  }

  private static Query bindDesired(
      Query statement, OrganizationId organization, Map<EffectiveKey, Effective> desired) {
    List<UUID> sets = new ArrayList<>();
    List<String> overrides = new ArrayList<>();
    List<String> platforms = new ArrayList<>();
    List<Long> sums = new ArrayList<>();
    List<String> hashes = new ArrayList<>();
    desired.forEach((key, effective) -> {
      sets.add(key.setId());
      overrides.add(key.overrideHash());
      platforms.add(key.platform().name());
      sums.add(effective.activations());
      hashes.add(effective.hash());
    });
    return statement
        .bind("organization", organization)
        .bindArray("sets", UUID.class, sets)
        .bindArray("overrides", String.class, overrides)
        .bindArray("platforms", String.class, platforms)
        .bindArray("sums", Long.class, sums)
        .bindArray("hashes", String.class, hashes);
  }

  /// From now on the device is in no answer over many devices.
  static void retire(Handle handle, OrganizationId organization, DeviceId device) {
    handle.execute(
        "update compliance.actual set retired = true where organization_id = ? and device_id = ?",
        organization,
        device.value());
  }

  /// Follows what is desired: what changes base or set changes lag. Returns the devices that have
  /// reported, by their ids.
  static List<DeviceId> follow(
      Handle handle, OrganizationId organization, List<DesiredState> states) {
    handle
        .createUpdate(
            """
            insert into compliance.actual as a (organization_id, device_id, set_id, override_hash, platform)
            select :organization, n.device_id, n.set_id, n.override_hash, d.platform
            from unnest(:devices, :sets, :overrides) as n (device_id, set_id, override_hash)
            join device.device d on d.organization_id = :organization and d.id = n.device_id
            order by n.device_id
            on conflict (organization_id, device_id) do update
            set set_id = excluded.set_id, override_hash = excluded.override_hash
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, states.stream().map(s -> s.device().value()).toList())
        .bindArray("sets", UUID.class, states.stream().map(DesiredState::setId).toList())
        .bindArray(
            "overrides", String.class, states.stream().map(DesiredState::overrideHash).toList())
        .execute();
    return handle
        .createQuery(
            """
            with followed as (
              update compliance.actual a set lag = a.reported_version - n.base
              from unnest(:devices, :bases) as n (device_id, base)
              where a.organization_id = :organization and a.device_id = n.device_id
                and a.reported_version is not null
              returning a.device_id)
            select device_id from followed order by device_id
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, states.stream().map(s -> s.device().value()).toList())
        .bindArray("bases", Long.class, states.stream().map(DesiredState::base).toList())
        .mapTo(UUID.class)
        .map(DeviceId::new)
        .list();
  }

  /// The same for all devices of all organizations whose base alone has changed.
  static void followAll(Handle handle) {
    handle.execute(
        """
        update compliance.actual a set lag = a.reported_version - d.base
        from policy.desired d
        where d.organization_id = a.organization_id and d.device_id = a.device_id
          and a.reported_version is not null
        """);
  }
}
