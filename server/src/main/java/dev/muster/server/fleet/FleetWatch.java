package dev.muster.server.fleet;

import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.WatchDeviceActionRequest;
import dev.muster.fleet.WatchDeviceActionResponse;
import dev.muster.fleet.WatchFleetRequest;
import dev.muster.fleet.WatchFleetResponse;
import dev.muster.server.action.Action;
import dev.muster.server.action.Actions;
import dev.muster.server.live.Change;
import dev.muster.server.live.ChangeFilter;
import dev.muster.server.live.Changes;
import dev.muster.server.live.Cursor;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.rpc.Outflow;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;

/// Streams of changes. Each reads pages of the log of changes at the pace of its reader, so a slow
/// one costs its own place in the log and nothing else.
@Singleton
final class FleetWatch {
  static final int MOST_DEVICES = 1_000;

  /// How long a stream is silent at the most: a response that only moves the cursor keeps what lies
  /// between from cutting it, and a client that comes back from having to read it all again.
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);

  private static final int PAGE = 100;

  private final Actions actions;
  private final Changes changes;
  private final Duration longestSilence;

  @Inject
  FleetWatch(Actions actions, Changes changes) {
    this(actions, changes, LONGEST_SILENCE);
  }

  FleetWatch(Actions actions, Changes changes, Duration longestSilence) {
    this.actions = actions;
    this.changes = changes;
    this.longestSilence = longestSilence;
  }

  void fleet(
      Caller caller, WatchFleetRequest request, StreamObserver<WatchFleetResponse> observer) {
    if (request.getDeviceIdsCount() > MOST_DEVICES) {
      throw Refusal.invalid("device_ids", "must be 1,000 at the most; none are all devices");
    }
    ChangeFilter filter = ChangeFilter.ofDevices(Set.copyOf(request.getDeviceIdsList()));
    Cursor from =
        request.getCursor().isEmpty() ? changes.now(caller) : Cursor.parse(request.getCursor());
    Outflow.serve(observer, out -> follow(caller, filter, from, out));
  }

  /// The first response tells where the stream begins. Where nothing that is watched changes while
  /// much else does, the place is told all the same.
  private void follow(
      Caller caller, ChangeFilter filter, Cursor from, Outflow<WatchFleetResponse> out) {
    Cursor cursor = from;
    boolean goesOn = out.send(place(cursor));
    long told = System.nanoTime();
    while (goesOn) {
      Changes.Page page = changes.after(caller, cursor, filter, PAGE);
      for (Change change : page.changes()) {
        goesOn = goesOn && out.send(told(change, page.next()));
        told = System.nanoTime();
      }
      cursor = page.next();
      if (goesOn && page.changes().isEmpty()) {
        Cursor place = cursor;
        Duration left = longestSilence.minusNanos(System.nanoTime() - told);
        if (!left.isPositive()) {
          goesOn = out.send(place(place));
          told = System.nanoTime();
        } else {
          if (!page.more()) {
            out.idle(() -> changes.await(caller.organization(), place, left));
          }
          goesOn = !out.isOver();
        }
      }
    }
  }

  private static WatchFleetResponse place(Cursor cursor) {
    return WatchFleetResponse.newBuilder().setCursor(cursor.text()).build();
  }

  private static WatchFleetResponse told(Change change, Cursor page) {
    WatchFleetResponse.Builder response =
        WatchFleetResponse.newBuilder()
            .setCursor(after(change, page).text())
            .setAt(change.at().toEpochMilli());
    switch (change) {
      case Change.OfDevice of -> response.setDevice(FleetWire.info(of.view()));
      case Change.OfAction of -> response.setAction(FleetActionWire.info(of.action(), null));
      case Change.Erased of -> response.setErasedDeviceId(of.handle());
      case Change.OfAlert _, Change.OfCompliance _, Change.OfManyStates _ -> {
        // the contract has no word for it: the place alone is told
      }
    }
    return response.build();
  }

  private static Cursor after(Change change, Cursor page) {
    return new Cursor(page.epoch(), change.number());
  }

  void action(
      Caller caller,
      WatchDeviceActionRequest request,
      StreamObserver<WatchDeviceActionResponse> observer) {
    Contract.requireActionId(request.getActionId());
    boolean comesBack = !request.getCursor().isEmpty();
    Cursor now = changes.now(caller);
    Cursor from = comesBack ? Cursor.parse(request.getCursor()) : now;
    Action present = Contract.ofAction(() -> actions.show(caller, request.getActionId()));
    if (comesBack && !present.state().isEnd()) {
      Outflow.serve(
          observer, out -> follow(caller, present, from, ActionInfo.getDefaultInstance(), out));
    } else {
      Outflow.serve(observer, out -> begin(caller, present, now, out));
    }
  }

  /// Tells the action as it is, which of one that has ended is everything: a client that comes back
  /// may have missed that, and its cursor may be as old as it likes.
  private void begin(
      Caller caller, Action present, Cursor now, Outflow<WatchDeviceActionResponse> out) {
    ActionInfo info = FleetActionWire.info(present, null);
    if (out.send(response(info, now)) && !present.state().isEnd()) {
      follow(caller, present, now, info, out);
    }
  }

  /// @param first what the client knows, which it is not told again
  private void follow(
      Caller caller,
      Action present,
      Cursor from,
      ActionInfo first,
      Outflow<WatchDeviceActionResponse> out) {
    ChangeFilter filter = ChangeFilter.of(present);
    Cursor cursor = from;
    ActionInfo told = first;
    boolean ended = false;
    boolean goesOn = true;
    while (goesOn && !ended) {
      Changes.Page page = changes.after(caller, cursor, filter, PAGE);
      for (Change change : page.changes()) {
        if (goesOn && !ended) {
          Action action = requireAction(change);
          ActionInfo info = FleetActionWire.info(action, null);
          goesOn = info.equals(told) || out.send(response(info, after(change, page.next())));
          told = info;
          ended = action.state().isEnd();
        }
      }
      cursor = page.next();
      if (goesOn && !ended && !page.more()) {
        Cursor place = cursor;
        out.idle(() -> changes.await(caller.organization(), place, longestSilence));
        goesOn = !out.isOver();
      }
    }
  }

  private static Action requireAction(Change change) {
    return switch (change) {
      case Change.OfAction of -> of.action();
      case Change.OfDevice _,
          Change.Erased _,
          Change.OfAlert _,
          Change.OfCompliance _,
          Change.OfManyStates _ ->
          throw Refusal.of(ErrorCode.NOT_FOUND, "Action not found");
    };
  }

  private static WatchDeviceActionResponse response(ActionInfo info, Cursor place) {
    return WatchDeviceActionResponse.newBuilder()
        .setActionInfo(info)
        .setCursor(place.text())
        .build();
  }
}
