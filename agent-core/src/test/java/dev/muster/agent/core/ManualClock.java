package dev.muster.agent.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A clock in which waiting takes no time and a bell cuts a wait short. After a number of waits the
/// agent is interrupted, as if it were asked to end.
final class ManualClock implements AgentClock {
  final List<Duration> waits = new ArrayList<>();
  final List<Boolean> deaf = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private int waitsLeft;

  void endAfterWaits(int count) {
    waitsLeft = count;
  }

  void set(Instant instant) {
    now = instant;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public void await(Bell bell, Duration limit) throws InterruptedException {
    waits.add(limit);
    deaf.add(false);
    end();
    if (!bell.isRung()) {
      now = now.plus(limit);
    }
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    waits.add(time);
    deaf.add(true);
    end();
    now = now.plus(time);
  }

  private void end() throws InterruptedException {
    waitsLeft--;
    if (waitsLeft <= 0) {
      throw new InterruptedException("the test is over");
    }
  }
}
