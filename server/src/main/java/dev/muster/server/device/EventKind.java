package dev.muster.server.device;

/// What happened to a device.
enum EventKind {
  REGISTERED,
  CHANGED,
  JOINED,
  LEFT
}
