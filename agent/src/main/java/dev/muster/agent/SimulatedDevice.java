package dev.muster.agent;

import dev.muster.agent.core.Agent;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One device of a fleet: an agent and its power switch. Off means what it means in life: the agent
/// stops wherever it is, and its state on disk is what remains. A device that a command has erased
/// is off as well.
final class SimulatedDevice {
  private final Agent agent;
  private final ReentrantLock running = new ReentrantLock();
  private @Nullable Future<?> run;
  private boolean powerMayFail;

  SimulatedDevice(Agent agent) {
    this.agent = agent;
  }

  boolean powerMayFail() {
    return powerMayFail;
  }

  /// Makes [#powerMayFail] true.
  boolean letPowerFail() {
    powerMayFail = true;
    return true;
  }

  boolean isOn() {
    Future<?> present = run;
    return present != null && !present.isDone();
  }

  void switchOn(ExecutorService threads) {
    if (!isOn()) {
      run = threads.submit(this::live);
    }
  }

  void switchOff() {
    Future<?> present = run;
    if (present != null) {
      present.cancel(true);
      run = null;
    }
  }

  /// A run that was switched off may still be ending when the next one begins.
  private void live() {
    try {
      running.lockInterruptibly();
      try {
        agent.run();
      } finally {
        running.unlock();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
