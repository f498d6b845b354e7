package dev.muster.server.policy;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jspecify.annotations.Nullable;

/// The SQL of wakes and apply jobs. Its records are public for Jdbi, which makes them.
final class WakeStore {
  public record Wake(
      UUID organizationId,
      UUID id,
      @Nullable UUID policyId,
      @Nullable List<UUID> deviceIds,
      @Nullable UUID wokenUpTo) {}

  public record Target(UUID organizationId, UUID deviceId, int attempt) {}

  /// A device that is to be woken, and the version that it is woken for.
  public record Next(UUID deviceId, long version) {}

  private static final String NEXT =
      """
      select s.device_id,
             s.base + (select sum(p.activations)
                       from policy.policy_set_member m
                       join policy.policy p on p.organization_id = m.organization_id and p.id = m.policy_id
                       where m.organization_id = s.organization_id and m.set_id = s.set_id) as version
      from policy.desired s
      where s.organization_id = :organization
        and (cast(:devices as uuid[]) is null or s.device_id = any(:devices))
        and (cast(:policy as uuid) is null or s.set_id in (
               select set_id from policy.policy_set_member
               where organization_id = :organization and policy_id = :policy))
        and (cast(:after as uuid) is null or s.device_id > :after)
        and (select d.lifecycle from device.device d
             where d.organization_id = s.organization_id and d.id = s.device_id) = 'ACTIVE'
      order by s.device_id
      limit :limit
      """;

  private static final String MAKE_JOBS =
      """
      insert into policy.apply_job as job
        (organization_id, id, device_id, policy_id, version, state, attempt, created_at, due_at,
         started_at, finished_at)
      select :organization, gen_random_uuid(), device_id, :policy, version,
             case when done then 'SUCCESS' else 'QUEUED' end, 1, :now, :now,
             case when done then cast(:now as timestamptz) end, case when done then cast(:now as timestamptz) end
      from unnest(:devices, :versions, :done) as n (device_id, version, done)
      order by device_id
      on conflict (organization_id, device_id) where state in ('QUEUED', 'RUNNING')
      do update set
        version = excluded.version,
        policy_id = excluded.policy_id,
        state = case when job.version < excluded.version then 'QUEUED' else job.state end,
        attempt = case when job.version < excluded.version then 1 else job.attempt end,
        error = case when job.version < excluded.version then null else job.error end,
        due_at = case when job.version < excluded.version then excluded.due_at else job.due_at end,
        started_at = case when job.version < excluded.version then null else job.started_at end
      where job.version < excluded.version
         or (job.version = excluded.version and excluded.policy_id is not null)
      """;

  private WakeStore() {}

  static void insert(
      Handle handle,
      OrganizationId organization,
      @Nullable UUID policy,
      @Nullable List<UUID> devices,
      Instant now) {
    handle
        .createUpdate(
            """
            insert into policy.wake (organization_id, id, policy_id, device_ids, created_at)
            values (:organization, :id, :policy, :devices, :now)
            """)
        .bind("organization", organization)
        .bind("id", Ids.next())
        .bind("policy", policy)
        .bind("devices", array(devices))
        .bind("now", now)
        .execute();
  }

  /// Whether a wake of the whole policy waits that no worker has begun. None begins it before the
  /// transaction ends.
  static boolean isWaiting(Handle handle, OrganizationId organization, UUID policy) {
    return handle
        .createQuery(
            """
            select id from policy.wake
            where organization_id = :organization and policy_id = :policy
              and device_ids is null and woken_up_to is null
            limit 1 for update skip locked
            """)
        .bind("organization", organization)
        .bind("policy", policy)
        .mapTo(UUID.class)
        .findOne()
        .isPresent();
  }

  private static UUID @Nullable [] array(@Nullable List<UUID> ids) {
    return ids == null ? null : ids.toArray(UUID[]::new);
  }

  /// The oldest wake that no other worker is at.
  static Optional<Wake> claim(Handle handle) {
    return handle
        .createQuery(
            """
            select organization_id, id, policy_id, device_ids, woken_up_to from policy.wake
            order by created_at, id limit 1
            for update skip locked
            """)
        .map(ConstructorMapper.of(Wake.class))
        .findOne();
  }

  /// The next devices of a wake, in the order of their ids, with their present versions.
  static List<Next> next(Handle handle, Wake wake, int limit) {
    return handle
        .createQuery(NEXT)
        .bind("organization", wake.organizationId())
        .bind("policy", wake.policyId())
        .bind("devices", array(wake.deviceIds()))
        .bind("after", wake.wokenUpTo())
        .bind("limit", limit)
        .map(ConstructorMapper.of(Next.class))
        .list();
  }

  /// Makes a job for each of the devices, or brings its open one to the present version.
  ///
  /// @param done devices that have reported their version already: their job is born done
  static void makeJobs(Handle handle, Wake wake, List<Next> devices, Set<UUID> done, Instant now) {
    handle
        .createUpdate(MAKE_JOBS)
        .bind("organization", wake.organizationId())
        .bind("policy", wake.policyId())
        .bindArray("devices", UUID.class, devices.stream().map(Next::deviceId).toList())
        .bindArray("versions", Long.class, devices.stream().map(Next::version).toList())
        .bindArray(
            "done", Boolean.class, devices.stream().map(n -> done.contains(n.deviceId())).toList())
        .bind("now", now)
        .execute();
  }

  static void advance(Handle handle, Wake wake, UUID wokenUpTo) {
    handle
        .createUpdate(
            """
            update policy.wake set woken_up_to = :upTo
            where organization_id = :organization and id = :id
            """)
        .bind("upTo", wokenUpTo)
        .bind("organization", wake.organizationId())
        .bind("id", wake.id())
        .execute();
  }

  static void finish(Handle handle, Wake wake) {
    handle
        .createUpdate("delete from policy.wake where organization_id = :organization and id = :id")
        .bind("organization", wake.organizationId())
        .bind("id", wake.id())
        .execute();
  }

  /// Locks the jobs in the order of their devices, as making them does, so that the two cannot wait
  /// for each other.
  static void start(Handle handle, Collection<UUID> devices, Instant now) {
    handle
        .createUpdate(
            """
            update policy.apply_job set state = 'RUNNING', started_at = :now
            where state = 'QUEUED' and (organization_id, id) in (
              select organization_id, id from policy.apply_job
              where device_id = any(:devices) and state = 'QUEUED'
              order by device_id
              for update)
            """)
        .bind("now", now)
        .bindArray("devices", UUID.class, List.copyOf(devices))
        .execute();
  }

  static void succeed(
      Handle handle, OrganizationId organization, DeviceId device, long version, Instant now) {
    handle
        .createUpdate(
            """
            update policy.apply_job
            set state = 'SUCCESS', started_at = coalesce(started_at, :now), finished_at = :now
            where organization_id = :organization and device_id = :device
              and version <= :version and state in ('QUEUED', 'RUNNING')
            """)
        .bind("organization", organization)
        .bind("device", device.value())
        .bind("version", version)
        .bind("now", now)
        .execute();
  }

  /// Ends the open attempt of a device as failed, for good.
  static void abandon(
      Handle handle, OrganizationId organization, DeviceId device, String error, Instant now) {
    handle
        .createUpdate(
            """
            update policy.apply_job
            set state = 'FAILED', error = :error, started_at = coalesce(started_at, :now), finished_at = :now
            where organization_id = :organization and device_id = :device and state in ('QUEUED', 'RUNNING')
            """)
        .bind("error", error)
        .bind("now", now)
        .bind("organization", organization)
        .bind("device", device.value())
        .execute();
  }

  /// Ends the open attempts of the devices as failed, and queues the next ones after a growing
  /// pause. Locks as [#start] does.
  static void failAndRetry(
      Handle handle, Collection<UUID> devices, String error, int mostAttempts, Instant now) {
    handle
        .createUpdate(
            """
            with failed as (
              update policy.apply_job
              set state = 'FAILED', error = left(:error, 500),
                  started_at = coalesce(started_at, :now), finished_at = :now
              where state in ('QUEUED', 'RUNNING') and (organization_id, id) in (
                select organization_id, id from policy.apply_job
                where device_id = any(:devices) and state in ('QUEUED', 'RUNNING')
                order by device_id
                for update)
              returning organization_id, device_id, policy_id, version, attempt
            )
            insert into policy.apply_job
              (organization_id, id, device_id, policy_id, version, state, attempt, created_at, due_at)
            select organization_id, gen_random_uuid(), device_id, policy_id, version, 'QUEUED', attempt + 1,
                   :now, cast(:now as timestamptz) + make_interval(secs => least(300, 2 ^ attempt))
            from failed where attempt < :mostAttempts
            """)
        .bind("error", error)
        .bind("now", now)
        .bind("mostAttempts", mostAttempts)
        .bindArray("devices", UUID.class, List.copyOf(devices))
        .execute();
  }

  /// Devices that were rung or that pulled, and have not reported since `startedBefore`.
  static List<Target> silent(Handle handle, Instant startedBefore, int limit) {
    return handle
        .createQuery(
            """
            select organization_id, device_id, attempt from policy.apply_job
            where state = 'RUNNING' and started_at < :before
            order by started_at limit :limit
            for update skip locked
            """)
        .bind("before", startedBefore)
        .bind("limit", limit)
        .map(ConstructorMapper.of(Target.class))
        .list();
  }

  /// Devices whose next attempt is due; it is put off at once, so that it is rung once.
  static List<UUID> dueAgain(Handle handle, Instant now, Instant next, int limit) {
    return handle
        .createQuery(
            """
            update policy.apply_job set due_at = :next
            where (organization_id, id) in (
              select organization_id, id from policy.apply_job
              where state = 'QUEUED' and attempt > 1 and due_at <= :now
              order by due_at limit :limit
              for update skip locked)
            returning device_id
            """)
        .bind("now", now)
        .bind("next", next)
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  static List<ApplyJob> jobs(Handle handle, UUID policy, int limit, int offset) {
    return handle
        .createQuery(
            """
            select j.id, d.handle as device, j.version, j.state, j.attempt, j.error, j.created_at, j.due_at,
                   j.started_at, j.finished_at
            from policy.apply_job j
            join device.device d on d.organization_id = j.organization_id and d.id = j.device_id
            where j.policy_id = :policy
            order by j.created_at desc, j.id desc limit :limit offset :offset
            """)
        .bind("policy", policy)
        .bind("limit", limit)
        .bind("offset", offset)
        .map(ConstructorMapper.of(ApplyJob.class))
        .list();
  }

  static long countJobs(Handle handle, UUID policy) {
    return handle
        .createQuery("select count(*) from policy.apply_job where policy_id = :policy")
        .bind("policy", policy)
        .mapTo(long.class)
        .one();
  }

  /// Deletes jobs that ended before `before`. Returns how many.
  static int forget(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from policy.apply_job where (organization_id, id) in (
              select organization_id, id from policy.apply_job
              where state in ('SUCCESS', 'FAILED') and finished_at < :before limit :limit)
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }
}
