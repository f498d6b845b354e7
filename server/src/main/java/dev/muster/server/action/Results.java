package dev.muster.server.action;

import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Takes down what devices say of their commands: each result once, however often it is posted.
@Singleton
public class Results {
  /// Ends the request id of a command that cancels another.
  static final String CANCEL = "-cancel";

  private final Database database;
  private final Devices devices;
  private final Lane lane;
  private final InstantSource clock;

  Results(Database database, Devices devices, Lane lane, InstantSource clock) {
    this.database = database;
    this.devices = devices;
    this.lane = lane;
    this.clock = clock;
  }

  /// An attempt of the calling device, whose row is held.
  private record Held(Device device, Attempt attempt, Action action) {
    boolean isPresent() {
      return action.isAttempted() && action.run().attempt() == attempt.number();
    }
  }

  /// Records a result. A success counts even when it comes after the attempt was given up; a
  /// failure counts for the present attempt only.
  ///
  /// @return whether it changed anything; false for one that was there already or that came after
  ///   the action had ended
  /// @throws Refusal `forbidden` when the request is another device's, `not found` when there is
  ///   none
  public boolean record(Caller caller, String device, DeviceResult result) {
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          Held held = hold(handle, caller, device, result.requestId());
          if (held.attempt().answeredAt() != null || result.requestId().endsWith(CANCEL)) {
            return false;
          }
          AttemptStore.answer(handle, organization, result, clock.instant());
          lane.answered(handle, held.device(), result.requestId());
          if (held.action().state().isEnd()) {
            return false;
          }
          if (result.isSuccess()) {
            var _ =
                lane.end(
                    handle,
                    held.device(),
                    held.action(),
                    new Lane.Ending(
                        ActionState.COMPLETED,
                        held.isPresent() ? Attempt.Outcome.SUCCEEDED : Attempt.Outcome.CANCELLED,
                        null,
                        result.data(),
                        !held.isPresent()));
          } else if (held.isPresent()) {
            lane.attemptFailed(
                handle,
                held.device(),
                held.action(),
                Attempt.Outcome.FAILED,
                result.failure(),
                false);
          }
          return true;
        });
  }

  /// Notes how far the device is. Says whether it should stop, because the attempt is over. What
  /// comes sooner after the last than anybody could read it is heard and not kept.
  ///
  /// @param percent 0 to 100; null when it does not know
  public boolean progress(
      Caller caller,
      String device,
      String requestId,
      @Nullable Integer percent,
      @Nullable String text) {
    return database.in(
        caller.organization(),
        handle -> {
          Held held = hold(handle, caller, device, requestId);
          if (!held.isPresent() || held.action().run().simulated() != null) {
            return true;
          }
          Instant now = clock.instant();
          Action.Progress said = new Action.Progress(percent, text, now);
          if (held.action().isNews(said)) {
            AttemptStore.deliver(handle, held.action(), now);
            Action progressed = held.action().delivered(now).progressed(said);
            ActionStore.update(handle, progressed);
            lane.tell(handle, progressed);
          }
          return false;
        });
  }

  private Held hold(Handle handle, Caller caller, String device, String requestId) {
    OrganizationId organization = caller.organization();
    Device self = devices.requireSelf(handle, caller, device);
    String attempted =
        requestId.endsWith(CANCEL)
            ? requestId.substring(0, requestId.length() - CANCEL.length())
            : requestId;
    Attempt found = attempt(handle, organization, attempted);
    if (!found.device().equals(self.id())) {
      throw Refusal.forbidden("This request is another device's.");
    }
    Device held = devices.hold(handle, organization, self.id().toString());
    return new Held(
        held,
        attempt(handle, organization, attempted),
        Actions.require(handle, organization, found.action()));
  }

  private static Attempt attempt(Handle handle, OrganizationId organization, String requestId) {
    return AttemptStore.find(handle, organization, requestId)
        .orElseThrow(() -> Refusal.notFound("request"));
  }
}
