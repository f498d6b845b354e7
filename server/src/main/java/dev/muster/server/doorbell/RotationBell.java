package dev.muster.server.doorbell;

import dev.muster.server.credential.CredentialEvent;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.OutboxListener;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.util.List;

/// Rings a device that has a new command secret to fetch, which comes with its policy.
@Singleton
public class RotationBell implements OutboxListener<CredentialEvent.SecretRotated> {
  static final String TOPIC = "doorbell.ring";

  private final Database database;
  private final Broadcast broadcast;
  private final Provider<Doorbells> doorbells;
  private final PolicyPushes pushes;

  /// `doorbells` are resolved when one rings: they need credentials, which need the outbox, which
  /// needs this.
  RotationBell(
      Database database, Broadcast broadcast, Provider<Doorbells> doorbells, PolicyPushes pushes) {
    this.database = database;
    this.broadcast = broadcast;
    this.doorbells = doorbells;
    this.pushes = pushes;
  }

  void listen(@Observes StartupEvent event) {
    broadcast.listen(
        TOPIC, id -> Ids.parse(id).ifPresent(device -> ringHere(new DeviceId(device))));
  }

  @Override
  public String name() {
    return "doorbell.rotation-bell";
  }

  @Override
  public Class<CredentialEvent.SecretRotated> eventType() {
    return CredentialEvent.SecretRotated.class;
  }

  @Override
  public void heard(OrganizationId organization, CredentialEvent.SecretRotated event) {
    DeviceId device = new DeviceId(event.device());
    database.in(
        organization,
        handle -> {
          pushes.later(handle, List.of(device));
          return device;
        });
    broadcast.send(TOPIC, device.toString());
  }

  private void ringHere(DeviceId device) {
    if (doorbells.get().ring(List.of(device)).get(device) instanceof Ring.Rung) {
      database.acrossOrganizations(handle -> {
        pushes.heard(handle, List.of(device));
        return device;
      });
    }
  }
}
