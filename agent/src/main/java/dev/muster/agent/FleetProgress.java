package dev.muster.agent;

import dev.muster.agent.core.AgentEvent;
import java.util.BitSet;
import java.util.function.Consumer;

/// What a fleet has come to, told in lines. Devices write to it from their own threads.
final class FleetProgress {
  private final int devices;
  private final BitSet enrolled = new BitSet();
  private final BitSet synced = new BitSet();
  private final BitSet failing = new BitSet();
  private final BitSet drifting = new BitSet();
  private long checkIns;
  private long commands;
  private long heartbeats;
  private String lastFailure = "";

  FleetProgress(int devices) {
    this.devices = devices;
  }

  /// Notes that a device need not enroll: it did in an earlier run.
  synchronized void alreadyEnrolled(int number) {
    enrolled.set(number);
  }

  /// Hears the events of one device.
  Consumer<AgentEvent> listener(int number) {
    return event -> note(number, event);
  }

  private synchronized void note(int number, AgentEvent event) {
    switch (event) {
      case AgentEvent.Enrolled _ -> enrolled.set(number);
      case AgentEvent.Synced done -> {
        checkIns++;
        synced.set(number);
        failing.clear(number);
        drifting.set(number, !done.drift().isEmpty());
      }
      case AgentEvent.SyncFailed failed -> failed(number, failed.reason());
      case AgentEvent.StoreFailed failed -> failed(number, failed.reason());
      case AgentEvent.CommandEnded _ -> commands++;
      case AgentEvent.HeartbeatsSent(int count) -> heartbeats += count;
      case AgentEvent.Erased _ -> enrolled.clear(number);
      // The device's own log has them.
      case AgentEvent.CommandAccepted _,
          AgentEvent.CommandIgnored _,
          AgentEvent.ResultDelivered _,
          AgentEvent.ResultDropped _,
          AgentEvent.CommandsDelayed _,
          AgentEvent.HeartbeatDropped _,
          AgentEvent.HeartbeatsDelayed _ -> {}
    }
  }

  private void failed(int number, String reason) {
    failing.set(number);
    lastFailure = reason;
  }

  synchronized boolean hasSynced(int number) {
    return synced.get(number);
  }

  /// How far the enrollment is, and what is in the way of those that are not in.
  synchronized String enrollment() {
    int in = enrolled.cardinality();
    return "Enrolled " + in + "/" + devices + (in == devices ? "" : trouble());
  }

  /// How the fleet is, and how many check-ins, heartbeats and commands there were since this was
  /// asked last.
  synchronized String status(int on) {
    long since = checkIns;
    long ended = commands;
    long beats = heartbeats;
    checkIns = 0;
    commands = 0;
    heartbeats = 0;
    return "%d devices: %d on, %d off, %d not as they should be; %d check-ins"
            .formatted(devices, on, devices - on, drifting.cardinality(), since)
        + (beats == 0 ? "" : ", " + beats + " heartbeats")
        + (ended == 0 ? "" : ", " + ended + " commands")
        + trouble();
  }

  private String trouble() {
    int count = failing.cardinality();
    return count == 0 ? "" : "; " + count + " keep trying: " + lastFailure;
  }
}
