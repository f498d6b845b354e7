package dev.muster.agent.core;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/// Time, as an agent sees it and waits for it.
public interface AgentClock {
  Instant now();

  /// Waits until the time has passed or the bell rings.
  void await(Bell bell, Duration limit) throws InterruptedException;

  /// Waits until the time has passed, bell or no bell.
  void sleep(Duration time) throws InterruptedException;

  /// The time of the machine.
  static AgentClock system() {
    return new AgentClock() {
      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public void await(Bell bell, Duration limit) throws InterruptedException {
        bell.await(limit);
      }

      @Override
      public void sleep(Duration time) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
      }
    };
  }
}
