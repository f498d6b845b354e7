package dev.muster.server.viewer;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.SocketCaller;
import dev.muster.server.web.SocketMessages;
import io.quarkus.logging.Log;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnPongMessage;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.buffer.Buffer;
import java.util.Set;
import java.util.stream.Collectors;

/// The WebSocket at which consoles and programs look at the fleet. Its language is in docs/live.md.
@WebSocket(path = "/ws/fleet", endpointId = ViewerSocket.ID)
public class ViewerSocket {
  static final String ID = "viewer";
  private static final TypedKey<Viewer> VIEWER = new TypedKey<>("muster.viewer");
  private static final TypedKey<Messages> MESSAGES = new TypedKey<>("muster.viewer-messages");

  private final Viewers viewers;
  private final Sightings sightings;
  private final Devices devices;
  private final Database database;
  private final SocketMessages limits;

  ViewerSocket(
      Viewers viewers,
      Sightings sightings,
      Devices devices,
      Database database,
      SocketMessages limits) {
    this.limits = limits;
    this.viewers = viewers;
    this.sightings = sightings;
    this.devices = devices;
    this.database = database;
  }

  @OnOpen
  @RunOnVirtualThread
  void open(WebSocketConnection connection) {
    connection.userData().put(MESSAGES, new Messages());
    connection
        .userData()
        .put(
            VIEWER,
            viewers.open(
                SocketCaller.of(connection),
                connection.userData().remove(ViewerUpgrade.CREDENTIAL),
                new SocketOutlet(connection)));
    if (connection.isClosed()) {
      close(connection); // it was, before anybody could be told
    }
  }

  @OnTextMessage
  @RunOnVirtualThread
  void message(WebSocketConnection connection, String text) {
    Viewer viewer = connection.userData().get(VIEWER);
    Messages messages = connection.userData().get(MESSAGES);
    if (viewer == null || messages == null || viewer.isOver()) {
      return;
    }
    if (!limits.admit(connection, viewer.caller())) {
      return;
    }
    viewers.heard(viewer);
    if (!messages.takes(System.nanoTime())) {
      viewers.letGo(viewer, Outlet.Goodbye.ABUSE);
      return;
    }
    try {
      Request request = Request.parse(text);
      viewer.look(watch(viewer.caller(), request), request.from());
      sightings.follow(viewer);
    } catch (Refusal refusal) {
      viewer.refuse(refusal);
      if (refusal.code() != ErrorCode.UNAVAILABLE && !messages.forgives()) {
        viewers.letGo(viewer, Outlet.Goodbye.ABUSE);
      }
    } catch (RuntimeException failure) {
      Log.error("A viewer's message was not done", failure);
      viewer.refuse(Refusal.internal());
    }
  }

  /// Sightings know devices by their ids alone.
  private Watch watch(Caller caller, Request request) {
    Set<DeviceId> known =
        request.devices().isEmpty() || !request.kinds().contains(Kind.SEEN)
            ? Set.of()
            : database.in(
                caller.organization(),
                handle ->
                    devices
                        .findAll(handle, caller.organization(), request.devices())
                        .values()
                        .stream()
                        .map(Device::id)
                        .collect(Collectors.toUnmodifiableSet()));
    return new Watch(request.devices(), known, request.kinds());
  }

  @OnPongMessage
  void pong(WebSocketConnection connection, Buffer payload) {
    Viewer viewer = connection.userData().get(VIEWER);
    if (viewer != null && limits.admit(connection, viewer.caller())) {
      viewers.heard(viewer);
    }
  }

  @OnClose
  void close(WebSocketConnection connection) {
    Viewer viewer = connection.userData().get(VIEWER);
    if (viewer != null) {
      viewers.closed(viewer);
    }
  }

  @OnError
  void broken(WebSocketConnection connection, Exception failure) {
    Log.debugf("A viewer's connection broke: %s", failure.getMessage());
  }
}
