package dev.muster.server.action;

import dev.muster.protocol.Json;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.Settings;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Moves the actions of one device on, in a transaction that holds the device's row: no two
/// transitions of one device ever run side by side, so each sees what the one before has left.
@Singleton
public class Lane {
  private static final String NO_TURN = "It did not get its turn before it expired.";
  private static final String NO_ATTEMPT = "It expired before its next attempt could begin.";
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

  private final Devices devices;
  private final Simulator simulator;
  private final Allowed allowed;
  private final Settings.Action settings;
  private final InstantSource clock;
  private final Iterable<ActionChanges> changes;

  /// `changes` is resolved at each use: who hears of changes may itself need this door.
  @Inject
  Lane(
      Devices devices,
      Simulator simulator,
      Allowed allowed,
      Settings settings,
      InstantSource clock,
      @Any Instance<ActionChanges> changes) {
    this(devices, simulator, allowed, settings.action(), clock, (Iterable<ActionChanges>) changes);
  }

  Lane(
      Devices devices,
      Simulator simulator,
      Allowed allowed,
      Settings.Action settings,
      InstantSource clock,
      Iterable<ActionChanges> changes) {
    this.devices = devices;
    this.simulator = simulator;
    this.allowed = allowed;
    this.settings = settings;
    this.clock = clock;
    this.changes = changes;
  }

  /// Starts what comes next when nothing runs, and on the way expires what the clock has not come
  /// to. Says whether something was started.
  boolean advance(Handle handle, Device device) {
    if (device.lifecycle() != Lifecycle.ACTIVE
        || ActionStore.findRunning(handle, device.organization(), device.id()).isPresent()) {
      return false;
    }
    Optional<Action> next = ActionStore.findNext(handle, device.organization(), device.id());
    while (next.isPresent()) {
      Ending hindrance = hindrance(handle, next.get());
      if (hindrance == null) {
        attempt(handle, device, next.get());
        return true;
      }
      end(handle, device, next.get(), hindrance);
      next = ActionStore.findNext(handle, device.organization(), device.id());
    }
    return false;
  }

  /// Why no attempt at the action may begin any more; null when one may.
  private @Nullable Ending hindrance(Handle handle, Action action) {
    if (action.isExpired(clock.instant())) {
      return expired(action.state() == ActionState.PENDING ? NO_TURN : NO_ATTEMPT);
    }
    return allowed.isAllowed(handle, action.organization(), action.order().type())
        ? null
        : new Ending(ActionState.FAILED, Attempt.Outcome.FAILED, Allowed.NO_SCRIPTS, null, false);
  }

  /// Begins the next attempt, the first one included.
  void attempt(Handle handle, Device device, Action action) {
    Instant now = clock.instant();
    Action begun = action.attempted(now, simulator.decide(handle, action, now));
    ActionStore.update(handle, begun);
    AttemptStore.begin(handle, begun, now);
    var _ = devices.occupy(handle, device, begun.order().type().statusOfDevice());
    if (begun.run().simulated() == null) {
      changes.forEach(heard -> heard.attemptBegan(handle, begun));
    }
    tell(handle, begun);
  }

  /// The present attempt has failed: another follows, or the action has.
  ///
  /// @param recall whether the device may still be at it
  void attemptFailed(
      Handle handle,
      Device device,
      Action action,
      Attempt.Outcome outcome,
      String message,
      boolean recall) {
    Instant now = clock.instant();
    Optional<Instant> next = action.nextAttempt(now, settings.backoff());
    if (next.isEmpty()) {
      end(handle, device, action, new Ending(ActionState.FAILED, outcome, message, null, recall));
      return;
    }
    AttemptStore.end(handle, action, outcome, message, now);
    over(handle, action, recall);
    Action postponed = action.postponed(next.get());
    ActionStore.update(handle, postponed);
    tell(handle, postponed);
  }

  /// How an action is to end.
  ///
  /// @param attempt how the attempt ends that it is at, if it is at one
  /// @param recall whether the device may still be at it
  record Ending(
      ActionState state,
      Attempt.Outcome attempt,
      @Nullable String error,
      Json.@Nullable Obj result,
      boolean recall) {}

  /// Ends an action that has not ended, and starts the next one when it was running.
  Action end(Handle handle, Device device, Action action, Ending ending) {
    Instant now = clock.instant();
    boolean ran = action.state() == ActionState.RUNNING;
    if (action.isAttempted()) {
      AttemptStore.end(handle, action, ending.attempt(), ending.error(), now);
      over(handle, action, ending.recall());
    }
    Action ended = action.ended(ending.state(), now, ending.error(), ending.result());
    ActionStore.update(handle, ended);
    tell(handle, ended);
    if (ran && !advance(handle, device)) {
      release(handle, device, ending.state());
    }
    return ended;
  }

  private void over(Handle handle, Action action, boolean recall) {
    if (action.run().simulated() == null) {
      changes.forEach(heard -> heard.attemptEnded(handle, action, recall));
    }
  }

  /// What people have said of the device meanwhile (MAINTENANCE, say) stays.
  private void release(Handle handle, Device device, ActionState ended) {
    Device present = devices.require(handle, device.organization(), device.id().toString());
    boolean ours =
        present.status().equals(DeviceStatus.BUSY.name())
            || present.status().equals(DeviceStatus.UPDATING.name());
    if (ours) {
      DeviceStatus left =
          switch (ended) {
            case COMPLETED, CANCELLED -> DeviceStatus.IDLE;
            case FAILED, EXPIRED -> DeviceStatus.ERROR;
            case PENDING, RUNNING -> throw new IllegalArgumentException(ended.name());
          };
      var _ = devices.occupy(handle, present, left);
    }
  }

  /// What is so without anybody's doing when the time has come. The device's row is held.
  void tick(Handle handle, Device device, Action action) {
    Instant now = clock.instant();
    Instant due = action.dueAt();
    if (due == null || due.isAfter(now)) {
      return; // somebody else was quicker
    }
    Action.Simulated simulated = action.run().simulated();
    if (action.state() == ActionState.PENDING) {
      end(handle, device, action, expired(NO_TURN));
    } else if (action.run().nextAttemptAt() != null) {
      goOn(handle, device, action);
    } else if (simulated != null) {
      simulatedEnd(handle, device, action, simulated);
    } else if (action.run().deliveredAt() == null) {
      end(handle, device, action, expired("It was not delivered to the device before it expired."));
    } else {
      attemptFailed(
          handle,
          device,
          action,
          Attempt.Outcome.TIMED_OUT,
          "The device has not answered within " + action.order().timeout().toSeconds() + " s.",
          true);
    }
  }

  /// The pause between two attempts is over. On a device that is not active none begins, and
  /// [#resume] makes up for it.
  private void goOn(Handle handle, Device device, Action action) {
    Ending hindrance = hindrance(handle, action);
    if (hindrance != null) {
      end(handle, device, action, hindrance);
    } else if (device.lifecycle() == Lifecycle.ACTIVE) {
      attempt(handle, device, action);
    } else {
      Instant later = clock.instant().plus(LOOK_AGAIN);
      Instant expiry = action.order().expiresAt();
      ActionStore.lookAgain(handle, action, later.isBefore(expiry) ? later : expiry);
    }
  }

  /// Goes on with a device that has become active.
  void resume(Handle handle, Device device) {
    Action running =
        ActionStore.findRunning(handle, device.organization(), device.id()).orElse(null);
    if (running == null) {
      var _ = advance(handle, device);
      return;
    }
    Instant next = running.run().nextAttemptAt();
    if (next != null && !next.isAfter(clock.instant())) {
      goOn(handle, device, running);
    }
  }

  private void simulatedEnd(
      Handle handle, Device device, Action action, Action.Simulated simulated) {
    String error = simulated.error();
    if (error == null) {
      end(
          handle,
          device,
          action,
          new Ending(ActionState.COMPLETED, Attempt.Outcome.SUCCEEDED, null, null, false));
    } else {
      attemptFailed(handle, device, action, Attempt.Outcome.FAILED, error, false);
    }
  }

  private static Ending expired(String why) {
    return new Ending(ActionState.EXPIRED, Attempt.Outcome.EXPIRED, why, null, true);
  }

  static Ending cancelled(String why) {
    return new Ending(ActionState.CANCELLED, Attempt.Outcome.CANCELLED, why, null, true);
  }

  /// What the device said of a request has been taken down.
  void answered(Handle handle, Device device, String requestId) {
    changes.forEach(heard -> heard.answered(handle, device.organization(), requestId));
  }

  void tell(Handle handle, Action action) {
    changes.forEach(heard -> heard.changed(handle, action.organization(), List.of(action)));
  }
}
