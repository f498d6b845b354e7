package dev.muster.server.organization;

import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.OutboxListener;
import jakarta.inject.Singleton;

/// Tells every node of organizations that were closed on one of them.
@Singleton
final class ClosingRelay implements OutboxListener<OrganizationEvent.Closed> {
  private final Broadcast broadcast;

  ClosingRelay(Broadcast broadcast) {
    this.broadcast = broadcast;
  }

  @Override
  public String name() {
    return "organization.closing-relay";
  }

  @Override
  public Class<OrganizationEvent.Closed> eventType() {
    return OrganizationEvent.Closed.class;
  }

  @Override
  public void heard(OrganizationId organization, OrganizationEvent.Closed event) {
    broadcast.send(Closings.TOPIC, event.organization().toString());
  }
}
