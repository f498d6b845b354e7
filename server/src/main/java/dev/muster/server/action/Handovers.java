package dev.muster.server.action;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// What the room that hands out commands needs to know and tell of them.
@Singleton
public class Handovers {
  private final Allowed allowed;

  Handovers(Allowed allowed) {
    this.allowed = allowed;
  }

  /// The command of an attempt.
  public record Handed(OrganizationId organization, String requestId) {}

  /// The actions whose commands these devices are to be handed: attempted, not simulated, and
  /// allowed still.
  public List<Action> wanted(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    List<Action> wanted = HandoverStore.wanted(handle, organization, devices);
    Map<ActionType, Boolean> may = new EnumMap<>(ActionType.class);
    wanted.forEach(action ->
        may.computeIfAbsent(
            action.order().type(), type -> allowed.isAllowed(handle, organization, type)));
    return wanted.stream()
        .filter(action -> may.getOrDefault(action.order().type(), false))
        .toList();
  }

  /// These commands were handed to their devices; from now on their timeouts run. Known once, and
  /// only while the attempt is the present one. Takes no lock on devices: it changes nothing that a
  /// transition decides by.
  ///
  /// @param handle of a transaction that sees the organizations concerned
  public void handedOut(Handle handle, Collection<Handed> commands, Instant at) {
    HandoverStore.handedOut(handle, commands, at);
  }

  /// It has turned out that these commands may never have reached their devices: their timeouts run
  /// no more, and they wait to be handed out for as long as the actions live. Nothing changes for
  /// an attempt that is over, or whose device has said that it has the command. Takes no lock on
  /// devices either.
  ///
  /// @param handle of a transaction that sees the organizations concerned
  public void takenBack(Handle handle, Collection<Handed> commands, Instant at) {
    HandoverStore.takenBack(handle, commands, at);
  }
}
