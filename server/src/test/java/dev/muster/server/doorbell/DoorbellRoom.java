package dev.muster.server.doorbell;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.platform.Settings;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Push on a database of its own, without connections.
final class DoorbellRoom implements AutoCloseable {
  final TestDatabase postgres = TestDatabase.create();
  final Database database = postgres.database();
  final MutableClock clock = new MutableClock();
  final Devices devices =
      new Devices(
          database,
          clock,
          new Groups(database, clock, List.of(), Audits.on(clock)),
          Audits.on(clock),
          List.of());
  final OrganizationId organization = Tenants.fresh(database);
  final Caller operator = Tenants.person(organization, Role.OPERATOR);

  Push push(Map<String, String> settings) {
    return push(settings, FcmApi.PATIENCE);
  }

  Push push(Map<String, String> settings, Duration patience) {
    Settings read = TestSettings.of(settings);
    return new Push(database, clock, read.fcm(), patience);
  }

  Device device() {
    return devices.register(operator, NewDevice.named("device"));
  }

  /// A device that the push service reaches by this token.
  PushToken reached(String token) {
    Device device = device();
    put(device, token);
    return new PushToken(organization, device.id(), token);
  }

  void put(Device device, String token) {
    database.in(
        organization,
        handle -> {
          PushTokenStore.put(handle, device, token, clock.instant());
          return token;
        });
  }

  Device read(DeviceId device) {
    return devices.read(operator, device.toString()).device();
  }

  Optional<String> token(DeviceId device) {
    return database.in(
        organization,
        handle ->
            Optional.ofNullable(PushTokenStore.find(handle, List.of(device)).get(device))
                .map(PushToken::text));
  }

  @Override
  public void close() {
    postgres.close();
  }
}
