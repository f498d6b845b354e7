package dev.muster.server.doorbell;

/// What came of ringing one device on one node.
public sealed interface Ring {
  /// The message is on its way to the device.
  record Rung() implements Ring {}

  /// The device holds no connection to this node.
  record Offline() implements Ring {}

  /// The device holds a connection that did not take the message.
  record Failed(String error) implements Ring {}
}
