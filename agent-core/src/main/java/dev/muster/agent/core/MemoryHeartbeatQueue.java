package dev.muster.agent.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// A queue for as long as the process lives.
public final class MemoryHeartbeatQueue implements HeartbeatQueue {
  private final Deque<Heartbeat> waiting = new ArrayDeque<>();

  @Override
  public synchronized void add(Heartbeat heartbeat) {
    waiting.add(heartbeat);
  }

  @Override
  public synchronized List<Heartbeat> oldest(int most) {
    List<Heartbeat> first = new ArrayList<>();
    for (Heartbeat heartbeat : waiting) {
      if (first.size() == most) {
        break;
      }
      first.add(heartbeat);
    }
    return first;
  }

  @Override
  public synchronized void removeOldest(int count) {
    for (int i = 0; i < count; i++) {
      waiting.poll();
    }
  }

  @Override
  public synchronized int size() {
    return waiting.size();
  }
}
