package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BellTest {
  private final Bell bell = new Bell();

  @Test
  void manyRingsAreTakenAsOne() {
    bell.ring();
    bell.ring();
    assertThat(bell.isRung()).isTrue();
    assertThat(bell.take()).isTrue();
    assertThat(bell.take()).isFalse();
  }

  @Test
  void aRingFromAnotherThreadEndsTheWait() throws InterruptedException {
    Thread other = new Thread(bell::ring);
    other.start();
    AgentClock.system().await(bell, Duration.ofDays(1));
    assertThat(bell.take()).isTrue();
    other.join();
  }

  @Test
  void withoutARingTheWaitEndsWithTheTime() throws InterruptedException {
    AgentClock.system().await(bell, Duration.ofMillis(1));
    AgentClock.system().sleep(Duration.ofMillis(1));
    assertThat(bell.take()).isFalse();
  }
}
