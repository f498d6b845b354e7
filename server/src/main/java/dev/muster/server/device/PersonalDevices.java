package dev.muster.server.device;

import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The devices on which people log in.
@Singleton
public class PersonalDevices {
  private final Devices devices;
  private final Audit audit;

  public PersonalDevices(Devices devices, Audit audit) {
    this.devices = devices;
    this.audit = audit;
  }

  /// The device with which a person logs in, in the transaction of the login: the same person and
  /// fingerprint are the same device until it is retired, whoever logs in twice at once.
  ///
  /// @param person whose password was right
  /// @param name of that person
  /// @param fingerprint what the client says of its machine, 1 to 500 characters
  /// @param deviceName for a device that is new; null for one made up, in which the person is not
  /// @throws Refusal `device deactivated`
  public Device loggedInOn(
      Handle handle,
      Caller.Person person,
      String name,
      String fingerprint,
      @Nullable String deviceName) {
    PersonalDeviceStore.lock(handle, person, fingerprint);
    Optional<Device> known = PersonalDeviceStore.find(handle, person, fingerprint);
    if (known.isPresent()) {
      known.get().lifecycle().requireActive();
      return known.get();
    }
    Device registered =
        devices.register(
            handle,
            person,
            NewDevice.named(deviceName)
                .withFingerprint(fingerprint)
                .ownedBy(new Device.Owner(person.userId(), name)));
    audit.record(
        handle,
        person,
        Change.of("device.registered", "device", registered.handle()).to(registered.described()));
    return registered;
  }
}
