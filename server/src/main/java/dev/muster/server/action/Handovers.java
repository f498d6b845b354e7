package dev.muster.server.action;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// What the room that hands out commands needs to know and tell of them.
@Singleton
public class Handovers {
  /// The command of an attempt.
  public record Handed(OrganizationId organization, String requestId) {}

  /// The actions whose commands these devices are to be handed: attempted, and not simulated.
  public List<Action> wanted(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return HandoverStore.wanted(handle, organization, devices);
  }

  /// These commands were handed to their devices; from now on their timeouts run. Known once, and
  /// only while the attempt is the present one. Takes no lock on devices: it changes nothing that a
  /// transition decides by.
  ///
  /// @param handle of a transaction that sees the organizations concerned
  public void handedOut(Handle handle, Collection<Handed> commands, Instant at) {
    HandoverStore.handedOut(handle, commands, at);
  }
}
