package dev.muster.agent.core;

import java.io.IOException;
import java.util.List;

/// Where heartbeats wait that could not be sent when they were taken, in the order in which they
/// came. An agent calls it from one thread and keeps it short. No call is cut short by an
/// interruption.
public interface HeartbeatQueue {

  /// Puts one at the end.
  ///
  /// @throws IOException with a sentence for people, when it could not be kept
  void add(Heartbeat heartbeat) throws IOException;

  /// The first ones, at most so many, which stay.
  List<Heartbeat> oldest(int most) throws IOException;

  /// Takes the first ones away.
  void removeOldest(int count) throws IOException;

  int size() throws IOException;
}
