package dev.muster.server.action;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The actions of an organization: asked for, seen, cancelled, done again.
@Singleton
public class Actions {
  static final int LONGEST_REASON = 200;

  /// What asking for a cancellation came to.
  ///
  /// @param now whether it was this call that cancelled it
  public record Cancelled(boolean now, Action action) {}

  private final Database database;
  private final Devices devices;
  private final Lane lane;
  private final Allowed allowed;
  private final Audit audit;
  private final Settings.Action settings;
  private final InstantSource clock;

  Actions(
      Database database,
      Devices devices,
      Lane lane,
      Allowed allowed,
      Audit audit,
      Settings settings,
      InstantSource clock) {
    this.database = database;
    this.devices = devices;
    this.lane = lane;
    this.allowed = allowed;
    this.audit = audit;
    this.settings = settings.action();
    this.clock = clock;
  }

  /// Asks a device to do something: at once when nothing runs on it, else after what waits already.
  /// With a client token that was used before it is the action of then, whatever has become of it.
  ///
  /// @throws Refusal `not found`; `invalid fields` for parameters; `device busy` when one runs and
  ///   the request is not to be queued, or when the queue is full; `device state` or `device
  ///   deactivated`; `scripts not allowed`; `client token reused`
  public Action initiate(Caller caller, String device, NewAction request) {
    caller.require(Right.ACT);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> asked(handle, caller, devices.hold(handle, organization, device), request, null));
  }

  /// The same within the transaction of a room that has checked its caller, on a device that is
  /// held. A refusal has changed nothing, so the transaction may go on after it.
  public Action initiate(Handle handle, Caller caller, Device held, NewAction request) {
    return asked(handle, caller, held, request, null);
  }

  private Action asked(
      Handle handle, Caller caller, Device device, NewAction request, @Nullable ActionId retryOf) {
    Action known = known(handle, device, request, retryOf);
    if (known != null) {
      return known;
    }
    Action action = inserted(handle, caller, device, request, new Origin(null, retryOf));
    audit.record(
        handle, caller, Change.of("action.initiated", "action", action.id()).to(described(action)));
    return begun(handle, device, action);
  }

  /// The same for one of a batch, in the words of [BatchActions].
  Action initiate(Handle handle, Caller caller, Device device, NewAction request, UUID batch) {
    return begun(
        handle, device, inserted(handle, caller, device, request, new Origin(batch, null)));
  }

  /// What an action came from, beside a request of its own.
  private record Origin(@Nullable UUID batch, @Nullable ActionId retryOf) {}

  private Action inserted(
      Handle handle, Caller caller, Device device, NewAction request, Origin origin) {
    Map<String, String> params = allowed.require(handle, device, request);
    boolean busy = ActionStore.findRunning(handle, device.organization(), device.id()).isPresent();
    if (busy && !request.queued()) {
      throw Refusal.of(ErrorCode.DEVICE_BUSY, "Device is already busy");
    }
    List<Action> replaced =
        request.supersede() ? superseded(handle, device, request.type(), params) : List.of();
    requireRoom(handle, device, replaced.size());
    for (Action waiting : replaced) {
      var _ =
          lane.end(handle, device, waiting, Lane.cancelled("A newer action has taken its place."));
    }
    Action action = fresh(handle, device, request, params, origin);
    if (!ActionStore.insert(
        handle,
        caller,
        action,
        request.clientToken(),
        request.hash(device.handle(), origin.retryOf()))) {
      throw tokenReused();
    }
    return action;
  }

  /// Starts the new action if it is its turn, and tells of it in either case.
  private Action begun(Handle handle, Device device, Action action) {
    var _ = lane.advance(handle, device);
    Action present = require(handle, device.organization(), action.id());
    if (present.state() == ActionState.PENDING) {
      lane.tell(handle, present);
    }
    return present;
  }

  private @Nullable Action known(
      Handle handle, Device device, NewAction request, @Nullable ActionId retryOf) {
    String token = request.clientToken();
    if (token == null) {
      return null;
    }
    return ActionStore.findByToken(handle, device.organization(), token)
        .map(known -> {
          if (!known.requestHash().equals(request.hash(device.handle(), retryOf))) {
            throw tokenReused();
          }
          return require(handle, device.organization(), known.id());
        })
        .orElse(null);
  }

  private static Refusal tokenReused() {
    return Refusal.invalid(
        ErrorCode.CLIENT_TOKEN_REUSED,
        List.of(
            new Refusal.FieldError(
                "client_token", "was used for another request; make a new one for a new action")));
  }

  private List<Action> superseded(
      Handle handle, Device device, ActionType type, Map<String, String> params) {
    return ActionStore.waiting(handle, device.organization(), device.id(), settings.queueLimit())
        .stream()
        .filter(
            waiting -> waiting.order().type() == type && sameKind(waiting.order().params(), params))
        .toList();
  }

  /// Of actions on apps, those on one app.
  private static boolean sameKind(Map<String, String> waiting, Map<String, String> params) {
    return Objects.equals(waiting.get("package"), params.get("package"));
  }

  private void requireRoom(Handle handle, Device device, int replaced) {
    int most = settings.queueLimit();
    int waiting =
        ActionStore.countWaiting(handle, device.organization(), device.id(), most + replaced);
    if (waiting - replaced >= most) {
      throw Refusal.of(
          ErrorCode.DEVICE_BUSY,
          "The queue of the device is full: "
              + most
              + " actions wait for their turn. Cancel some, or see what the first one waits for.");
    }
  }

  private Action fresh(
      Handle handle, Device device, NewAction request, Map<String, String> params, Origin origin) {
    Instant now = clock.instant();
    long number = ActionStore.nextNumber(handle);
    Duration ttl = request.ttl() == null ? settings.ttl() : request.ttl();
    return new Action(
        device.organization(),
        ActionId.of(now.toEpochMilli(), number),
        number,
        device.id(),
        device.handle(),
        new Action.Order(
            request.type(),
            params,
            request.priority(),
            now,
            now.plus(ttl),
            request.timeout() == null ? settings.timeout() : request.timeout(),
            request.attempts() == null ? settings.attempts() : request.attempts(),
            origin.batch(),
            origin.retryOf()),
        ActionState.PENDING,
        Action.Run.NONE,
        Action.Progress.NONE,
        null);
  }

  /// @throws Refusal `not found`
  public Action show(Caller caller, String id) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(organization, handle -> require(handle, organization, ActionId.parse(id)));
  }

  static Action require(Handle handle, OrganizationId organization, ActionId id) {
    return ActionStore.find(handle, organization, id).orElseThrow(() -> Refusal.notFound("action"));
  }

  /// The tries of an action, in order.
  public List<Attempt> attempts(Caller caller, String id) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            AttemptStore.of(
                handle, organization, require(handle, organization, ActionId.parse(id)).id()));
  }

  /// Those of the actions that are there.
  public Map<ActionId, Action> findAll(
      Handle handle, OrganizationId organization, Collection<ActionId> ids) {
    return ActionStore.findAll(handle, organization, ids);
  }

  /// The present actions of those of the devices that have one.
  public Map<DeviceId, ActionId> running(
      Handle handle, OrganizationId organization, List<DeviceId> of) {
    return ActionStore.running(handle, organization, of);
  }

  /// Cancels an action that has not ended. The device is told if it may be at it.
  ///
  /// @param reason for people; null for none
  public Cancelled cancel(Caller caller, String id, @Nullable String reason) {
    caller.require(Right.ACT);
    if (reason != null && reason.length() > LONGEST_REASON) {
      throw Refusal.invalid("reason", "must have 200 characters at the most");
    }
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          Action found = require(handle, organization, ActionId.parse(id));
          Device device = devices.hold(handle, organization, found.device().toString());
          Action action = require(handle, organization, found.id());
          if (action.state().isEnd()) {
            return new Cancelled(false, action);
          }
          String why = reason == null || reason.isBlank() ? "Cancelled." : "Cancelled: " + reason;
          Action ended = lane.end(handle, device, action, Lane.cancelled(why));
          audit.record(
              handle,
              caller,
              Change.of("action.cancelled", "action", action.id())
                  .from(state(action))
                  .to(state(ended)));
          return new Cancelled(true, ended);
        });
  }

  /// Asks for the same again, as a new action.
  ///
  /// @throws Refusal `action state` when it has not ended, and for a WIPE, whose confirmation would
  ///   be repeated without anybody's giving it
  public Action retry(Caller caller, String id, @Nullable String clientToken) {
    caller.require(Right.ACT);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          Action before = require(handle, organization, ActionId.parse(id));
          if (!before.state().isEnd()) {
            throw Refusal.of(
                ErrorCode.ACTION_STATE,
                "The action has not ended: it is " + before.state() + ". Cancel it first.");
          }
          Action.Order order = before.order();
          if (order.type() == ActionType.WIPE) {
            throw Refusal.of(
                ErrorCode.ACTION_STATE, "A WIPE is confirmed anew: ask for a new one.");
          }
          NewAction again =
              NewAction.of(order.type(), order.params())
                  .at(order.priority())
                  .within(Duration.between(order.createdAt(), order.expiresAt()), order.timeout())
                  .tried(order.attempts())
                  .named(clientToken);
          Device device = devices.hold(handle, organization, before.device().toString());
          return asked(handle, caller, device, again, before.id());
        });
  }

  private static Json.Obj state(Action action) {
    return Json.obj(Map.of("state", Json.of(action.state().name())));
  }

  private static Json.Obj described(Action action) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("device_id", Json.of(action.handle()));
    fields.put("type", Json.of(action.order().type().name()));
    fields.put("params", CommandSignature.parameters(action.order().params()));
    fields.put("priority", Json.of(action.order().priority().name()));
    return Json.obj(fields);
  }
}
