package dev.muster.server.dispatch;

/// A way to a device.
enum Channel {
  WEBSOCKET,
  FCM,
  POLL
}
