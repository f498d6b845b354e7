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

  FleetWatch(Actions actions, Changes changes) {
    this.actions = actions;
    this.changes = changes;
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

  /// The first response tells where the stream begins.
  private void follow(
      Caller caller, ChangeFilter filter, Cursor from, Outflow<WatchFleetResponse> out) {
    Cursor cursor = from;
    boolean goesOn = out.send(place(cursor));
    while (goesOn) {
      Changes.Page page = changes.after(caller, cursor, filter, PAGE);
      for (Change change : page.changes()) {
        goesOn = goesOn && out.send(told(change, page.next()));
      }
      cursor = page.next();
      if (goesOn && page.changes().isEmpty() && !page.more()) {
        Cursor place = cursor;
        boolean[] news = {true};
        out.idle(() -> news[0] = changes.await(caller.organization(), place, LONGEST_SILENCE));
        goesOn = news[0] ? !out.isOver() : out.send(place(place));
      }
    }
  }

  private static WatchFleetResponse place(Cursor cursor) {
    return WatchFleetResponse.newBuilder().setCursor(cursor.text()).build();
  }

  private static WatchFleetResponse told(Change change, Cursor page) {
    WatchFleetResponse.Builder response =
        WatchFleetResponse.newBuilder()
            .setCursor(new Cursor(page.epoch(), change.number()).text())
            .setAt(change.at().toEpochMilli());
    switch (change) {
      case Change.OfDevice of -> response.setDevice(FleetWire.info(of.view()));
      case Change.OfAction of -> response.setAction(FleetActionWire.info(of.action(), null));
      case Change.Erased of -> response.setErasedDeviceId(of.handle());
    }
    return response.build();
  }

  void action(
      Caller caller,
      WatchDeviceActionRequest request,
      StreamObserver<WatchDeviceActionResponse> observer) {
    Contract.requireActionId(request.getActionId());
    Cursor from = changes.now(caller);
    Action present = Contract.ofAction(() -> actions.show(caller, request.getActionId()));
    Outflow.serve(observer, out -> follow(caller, present, from, out));
  }

  private void follow(
      Caller caller, Action present, Cursor from, Outflow<WatchDeviceActionResponse> out) {
    ChangeFilter filter = ChangeFilter.of(present);
    Cursor cursor = from;
    ActionInfo told = FleetActionWire.info(present, null);
    boolean ended = present.state().isEnd();
    boolean goesOn = out.send(response(told));
    while (goesOn && !ended) {
      Changes.Page page = changes.after(caller, cursor, filter, PAGE);
      for (Change change : page.changes()) {
        if (goesOn && !ended) {
          Action action = requireAction(change);
          ActionInfo info = FleetActionWire.info(action, null);
          goesOn = info.equals(told) || out.send(response(info));
          told = info;
          ended = action.state().isEnd();
        }
      }
      cursor = page.next();
      if (goesOn && !ended && !page.more()) {
        Cursor place = cursor;
        out.idle(() -> changes.await(caller.organization(), place, LONGEST_SILENCE));
        goesOn = !out.isOver();
      }
    }
  }

  private static Action requireAction(Change change) {
    return switch (change) {
      case Change.OfAction of -> of.action();
      case Change.OfDevice _, Change.Erased _ ->
          throw Refusal.of(ErrorCode.NOT_FOUND, "Action not found");
    };
  }

  private static WatchDeviceActionResponse response(ActionInfo info) {
    return WatchDeviceActionResponse.newBuilder().setActionInfo(info).build();
  }
}
