package dev.muster.agent.core;

/// What a doorbell tells. For any thread; a call may wait for the disk, never for the network.
public interface DoorbellListener {

  /// The line to the server is open: news that it has from now on will be heard. What it had before
  /// may have been missed.
  void connected();

  /// The line is lost.
  void disconnected();

  /// The server said this: the text of a WebSocket message, or the data of a push message as a JSON
  /// object. What makes no sense is ignored.
  void message(String text);
}
