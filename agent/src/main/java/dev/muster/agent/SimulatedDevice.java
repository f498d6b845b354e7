package dev.muster.agent;

import dev.muster.agent.core.Agent;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One device of a fleet: an agent, its power switch and its network. Without power the agent stops
/// wherever it is, and its state on disk is what remains; without network it lives on and nobody
/// hears of it. Either is off to the server. A device that a command has erased is off as well.
final class SimulatedDevice {
  private final Agent agent;
  private final SimulatedNetwork network;
  private final SimulatedVitals vitals;
  private final ReentrantLock running = new ReentrantLock();
  private @Nullable Future<?> run;
  private boolean powerMayFail;

  SimulatedDevice(Agent agent, SimulatedNetwork network, SimulatedVitals vitals) {
    this.agent = agent;
    this.network = network;
    this.vitals = vitals;
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
    return hasPower() && network.isUp();
  }

  private boolean hasPower() {
    Future<?> present = run;
    return present != null && !present.isDone();
  }

  /// Gives it what it lacks, power or network.
  void switchOn(ExecutorService threads) {
    network.up();
    if (hasPower()) {
      agent.ring();
    } else {
      run = threads.submit(this::live);
    }
  }

  void switchOff() {
    Future<?> present = run;
    if (present != null) {
      present.cancel(true);
      run = null;
      vitals.start();
    }
  }

  void loseNetwork() {
    network.down();
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
