package dev.muster.server.credential;

import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Events;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import java.util.List;

/// One node's credential room on a database of its own, with an operator and what stands above it.
final class CredentialRoom implements AutoCloseable {
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
  final Broadcast broadcast = new Broadcast(database.dataSource());
  final Outbox outbox = Events.outbox(database, clock, new RevocationRelay(broadcast));
  final DeviceTokens deviceTokens = node(broadcast);
  final CommandSecrets commandSecrets =
      new CommandSecrets(database, clock, Audits.KEY, devices, outbox, Audits.on(clock));
  final EnrollmentTokens enrollmentTokens = new EnrollmentTokens(database, clock, Audits.on(clock));
  final Caller operator = Tenants.person(Tenants.fresh(database), Role.OPERATOR);

  /// The same room on another node.
  DeviceTokens node(Broadcast itsBroadcast) {
    return new DeviceTokens(database, clock, outbox, itsBroadcast, devices, Audits.on(clock));
  }

  Device device() {
    return devices.register(operator, NewDevice.named("device"));
  }

  String token(Device device) {
    return database.in(
        device.organization(),
        handle -> deviceTokens.issue(handle, device.organization(), device.id()).text());
  }

  @Override
  public void close() {
    broadcast.close();
    postgres.close();
  }
}
