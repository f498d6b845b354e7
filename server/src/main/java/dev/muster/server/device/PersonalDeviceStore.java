package dev.muster.server.device;

import dev.muster.server.platform.Caller;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The SQL of the devices on which people log in.
final class PersonalDeviceStore {
  private PersonalDeviceStore() {}

  /// The device with which the person logs in from this machine, unless it is retired.
  static Optional<Device> find(Handle handle, Caller.Person person, String fingerprint) {
    return handle
        .createQuery(
            "select "
                + DeviceStore.COLUMNS
                + """
                from device.device d
                where d.organization_id = :organization and d.user_id = :user
                  and d.fingerprint = :fingerprint and d.lifecycle <> 'RETIRED'
                """)
        .bind("organization", person.organization())
        .bind("user", person.userId())
        .bind("fingerprint", fingerprint)
        .map(DeviceStore::device)
        .findOne();
  }

  /// Holds back whoever else logs in as this person from this machine.
  static void lock(Handle handle, Caller.Person person, String fingerprint) {
    handle.execute(
        "select pg_advisory_xact_lock(hashtextextended('device.login:' || cast(? as uuid) || ':' || ?, 0))",
        person.userId(),
        fingerprint);
  }
}
