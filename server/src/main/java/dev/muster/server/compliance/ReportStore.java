package dev.muster.server.compliance;

import dev.muster.protocol.Json;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.policy.DesiredState;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jspecify.annotations.Nullable;

/// The SQL of reports, observations and verdicts.
final class ReportStore {
  private ReportStore() {}

  /// What is known of a device's newest report.
  ///
  /// @param sequence -1 when none had one
  /// @param version null when there was no report
  record Newest(long sequence, @Nullable Long version, @Nullable String observationHash) {
    /// Whether a report of this says nothing else, so that no state can differ by it.
    boolean says(long otherVersion, String otherHash) {
      return version != null && version == otherVersion && otherHash.equals(observationHash);
    }
  }

  /// The device's newest report, with its row locked.
  static Optional<Newest> lockNewest(Handle handle, OrganizationId organization, DeviceId device) {
    return handle
        .createQuery(
            """
            select coalesce(sequence, -1) as sequence, reported_version, observation_hash
            from compliance.actual
            where organization_id = :organization and device_id = :device
            for no key update
            """)
        .bind("organization", organization)
        .bind("device", device.value())
        .map((row, _) ->
            new Newest(
                row.getLong("sequence"),
                row.getObject("reported_version", Long.class),
                row.getString("observation_hash")))
        .findOne();
  }

  /// Stores the document unless it is known, and says once a day that it is still in use. Asks
  /// first, because ON CONFLICT locks the row even where it changes nothing, and a fleet that
  /// reports the same would stand in one line.
  static void keepObservation(
      Handle handle, OrganizationId organization, String hash, Json.Obj body, Instant now) {
    handle
        .createUpdate(
            """
            insert into compliance.observation as o (organization_id, hash, body, seen_at)
            select :organization, :hash, cast(:body as jsonb), :now
            where not exists (
              select from compliance.observation known
              where known.organization_id = :organization and known.hash = :hash
                and known.seen_at >= cast(:now as timestamptz) - interval '1 day')
            on conflict (organization_id, hash) do update set seen_at = excluded.seen_at
            """)
        .bind("organization", organization)
        .bind("hash", hash)
        .bind("body", body.canonical())
        .bind("now", now)
        .execute();
  }

  static void insert(
      Handle handle,
      OrganizationId organization,
      UUID id,
      DeviceId device,
      Report report,
      String observationHash,
      Instant now) {
    handle
        .createUpdate(
            """
            insert into compliance.report
              (organization_id, id, device_id, received_at, sequence, version, camera_disabled,
               compliant_claim, observation_hash)
            values (:organization, :id, :device, :now, :sequence, :version, :camera, :claim, :hash)
            """)
        .bind("organization", organization)
        .bind("id", id)
        .bind("device", device.value())
        .bind("now", now)
        .bind("sequence", report.sequence())
        .bind("version", report.version())
        .bind("camera", report.cameraDisabled())
        .bind("claim", report.compliant())
        .bind("hash", observationHash)
        .execute();
  }

  static void setActual(
      Handle handle,
      OrganizationId organization,
      DesiredState desired,
      UUID reportId,
      Report report,
      String observationHash,
      Instant now) {
    handle
        .createUpdate(
            """
            update compliance.actual
            set lag = :version - :base, reported_version = :version, observation_hash = :hash,
                report_id = :report, sequence = coalesce(:sequence, sequence), reported_at = :now
            where organization_id = :organization and device_id = :device
            """)
        .bind("organization", organization)
        .bind("device", desired.device().value())
        .bind("base", desired.base())
        .bind("version", report.version())
        .bind("hash", observationHash)
        .bind("report", reportId)
        .bind("sequence", report.sequence())
        .bind("now", now)
        .execute();
  }

  /// The versions that these devices have reported last; those without a report are missing.
  static Map<DeviceId, Long> versions(
      Handle handle, OrganizationId organization, List<UUID> devices) {
    Map<DeviceId, Long> result = new HashMap<>();
    handle
        .createQuery(
            """
            select device_id, reported_version from compliance.actual
            where organization_id = :organization and device_id = any(:devices)
              and reported_version is not null
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices)
        .map((row, _) ->
            Map.entry(
                new DeviceId(row.getObject("device_id", UUID.class)),
                row.getLong("reported_version")))
        .forEach(entry -> result.put(entry.getKey(), entry.getValue()));
    return result;
  }

  static Map<String, Json.Obj> observations(
      Handle handle, OrganizationId organization, Collection<String> hashes) {
    Map<String, Json.Obj> result = new HashMap<>();
    handle
        .createQuery(
            """
            select hash, body::text as body from compliance.observation
            where organization_id = :organization and hash = any(:hashes)
            """)
        .bind("organization", organization)
        .bindArray("hashes", String.class, List.copyOf(hashes))
        .map((row, _) ->
            Map.entry(row.getString("hash"), JsonText.parseObject(row.getString("body"))))
        .forEach(entry -> result.put(entry.getKey(), entry.getValue()));
    return result;
  }

  static void keepVerdict(
      Handle handle,
      OrganizationId organization,
      ActualStore.Pair pair,
      int rule,
      Json drift,
      boolean satisfied) {
    handle
        .createUpdate(
            """
            insert into compliance.verdict
              (organization_id, desired_hash, observation_hash, rule_version, satisfied, drift)
            values (:organization, :desired, :observation, :rule, :satisfied, cast(:drift as jsonb))
            on conflict do nothing
            """)
        .bind("organization", organization)
        .bind("desired", pair.desiredHash())
        .bind("observation", pair.observationHash())
        .bind("rule", rule)
        .bind("satisfied", satisfied)
        .bind("drift", drift.canonical())
        .execute();
  }

  /// Newest first.
  static List<StoredReport> history(
      Handle handle, DeviceId device, @Nullable UUID before, int limit) {
    return handle
        .createQuery(
            """
            select r.received_at, r.sequence, r.version, r.camera_disabled, r.compliant_claim,
                   o.body::text as observation
            from compliance.report r
            join compliance.observation o
              on o.organization_id = r.organization_id and o.hash = r.observation_hash
            where r.device_id = :device and (cast(:before as uuid) is null or r.id < :before)
            order by r.id desc limit :limit
            """)
        .bind("device", device.value())
        .bind("before", before)
        .bind("limit", limit)
        .map(ConstructorMapper.of(StoredReport.class))
        .list();
  }

  /// Deletes reports received before `before`, but each device's newest. Returns how many.
  static int forgetReports(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from compliance.report where (organization_id, id) in (
              select r.organization_id, r.id from compliance.report r
              where r.received_at < :before and not exists (
                select from compliance.actual a
                where a.organization_id = r.organization_id and a.device_id = r.device_id
                  and a.report_id = r.id)
              order by r.received_at limit :limit)
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }

  /// Deletes documents that nobody has reported since `before` and that nothing refers to any more.
  static int forgetObservations(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from compliance.observation where (organization_id, hash) in (
              select o.organization_id, o.hash from compliance.observation o
              where o.seen_at < :before
                and not exists (select from compliance.report r
                                where r.organization_id = o.organization_id and r.observation_hash = o.hash)
                and not exists (select from compliance.actual a
                                where a.organization_id = o.organization_id and a.observation_hash = o.hash)
              limit :limit)
              and seen_at < :before
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }
}
