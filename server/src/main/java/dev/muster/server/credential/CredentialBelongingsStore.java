package dev.muster.server.credential;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Takes a device's credentials away when it is erased: they are refused, and its doorbell is
/// closed, on every node. The hardware id that an enrollment token remembers goes as well, unless
/// another device has it now; the use that it was stays counted.
@Singleton
final class CredentialBelongingsStore implements DeviceBelongings {
  private final DeviceTokens tokens;

  CredentialBelongingsStore(DeviceTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    DeviceTokenStore.lock(handle, device.id());
    List<UUID> gone =
        handle
            .createQuery(
                """
                delete from credential.device_token
                where organization_id = :organization and device_id = :device
                returning id
                """)
            .bind("organization", organization)
            .bind("device", device.id().value())
            .mapTo(UUID.class)
            .list();
    tokens.announce(handle, organization, gone);
    CommandSecretStore.remove(handle, organization, device.id());
    String hardware = device.hardware().hardwareId();
    if (hardware != null) {
      handle.execute(
          """
          delete from credential.enrollment_use
          where organization_id = ? and hardware_id = ? and not exists (
            select from device.device d
            where d.organization_id = ? and d.hardware_id = ? and d.id <> ?)
          """,
          organization,
          hardware,
          organization,
          hardware,
          device.id().value());
    }
  }
}
