package dev.muster.server.compliance;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Deletes what a device that is erased has reported. A document that other devices have reported
/// too is not its own and stays, with the verdicts on it; one that only it has reported goes.
@Singleton
final class ComplianceBelongingsStore implements DeviceBelongings {
  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    List<String> reported =
        handle
            .createQuery(
                """
                with reports as (
                  delete from compliance.report
                  where organization_id = :organization and device_id = :device
                  returning observation_hash),
                newest as (
                  delete from compliance.actual
                  where organization_id = :organization and device_id = :device
                  returning observation_hash)
                select observation_hash from reports
                union
                select observation_hash from newest where observation_hash is not null
                """)
            .bind("organization", organization)
            .bind("device", device.id().value())
            .mapTo(String.class)
            .list();
    handle
        .createUpdate(
            """
            delete from compliance.observation o
            where o.organization_id = :organization and o.hash = any(:reported)
              and not exists (select from compliance.report r
                              where r.organization_id = o.organization_id and r.observation_hash = o.hash)
              and not exists (select from compliance.actual a
                              where a.organization_id = o.organization_id and a.observation_hash = o.hash)
            """)
        .bind("organization", organization)
        .bindArray("reported", String.class, reported)
        .execute();
  }
}
