package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.core.Transport;
import dev.muster.agent.core.Transport.Reply;
import dev.muster.agent.core.Transport.Request;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GatedTransportTest {
  private static final Reply DONE = new Reply(200, Map.of(), "");
  private static final Request POLL =
      new Request("GET", "/v1/agent/commands?wait=55", Map.of(), null, Duration.ofSeconds(55));
  private static final Request REPORT = new Request("POST", "/devices/d1/report", Map.of(), "{}");

  @Test
  void longPollsKeepNobodyOut() throws Exception {
    CountDownLatch polling = new CountDownLatch(2);
    CountDownLatch goOn = new CountDownLatch(1);
    Transport gated =
        new GatedTransport(
            request -> {
              if (request.equals(POLL)) {
                polling.countDown();
                goOn.await();
              }
              return DONE;
            },
            1,
            1);
    FutureTask<Reply> one = new FutureTask<>(() -> gated.exchange(POLL));
    FutureTask<Reply> other = new FutureTask<>(() -> gated.exchange(POLL));
    Thread.ofVirtual().start(one);
    Thread.ofVirtual().start(other);
    polling.await();
    assertThat(gated.exchange(REPORT)).isEqualTo(DONE);
    goOn.countDown();
    assertThat(one.get()).isEqualTo(DONE);
    assertThat(other.get()).isEqualTo(DONE);
  }
}
