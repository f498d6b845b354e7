package dev.muster.server.credential;

import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.OutboxListener;
import jakarta.inject.Singleton;

/// Tells every node of tokens that were revoked on one of them.
@Singleton
final class RevocationRelay implements OutboxListener<CredentialEvent.Revoked> {
  static final String TOPIC = "credential.revoked";

  private final Broadcast broadcast;

  RevocationRelay(Broadcast broadcast) {
    this.broadcast = broadcast;
  }

  @Override
  public String name() {
    return "credential.revocation-relay";
  }

  @Override
  public Class<CredentialEvent.Revoked> eventType() {
    return CredentialEvent.Revoked.class;
  }

  @Override
  public void heard(OrganizationId organization, CredentialEvent.Revoked event) {
    event.credentials().forEach(id -> broadcast.send(TOPIC, id.toString()));
  }
}
