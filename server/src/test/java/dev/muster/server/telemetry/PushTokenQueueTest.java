package dev.muster.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.device.DeviceId;
import dev.muster.server.doorbell.PushToken;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.testing.Race;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// However many tokens come, few transactions write them, one after the other.
class PushTokenQueueTest {
  private final OrganizationId organization = new OrganizationId(Ids.next());

  private PushToken token() {
    return new PushToken(organization, new DeviceId(Ids.next()), "token");
  }

  @Test
  void whatFindsNoRoomIsLeftAndTheRestIsWrittenInFewTransactions() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    LinkedBlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
    PushTokenQueue queue =
        new PushTokenQueue(tokens -> {
          begun.countDown();
          await(free);
          sizes.add(tokens.size());
        });
    assertThat(queue.offer(token())).isTrue();
    await(begun);

    for (int i = 0; i < PushTokenQueue.MOST; i++) {
      assertThat(queue.offer(token())).isTrue();
    }
    assertThat(queue.offer(token())).isFalse();
    free.countDown();

    int written = 0;
    int transactions = 0;
    while (written < PushTokenQueue.MOST + 1) {
      Integer size = sizes.poll(30, TimeUnit.SECONDS);
      assertThat(size).isNotNull();
      written += size == null ? 0 : size;
      transactions++;
    }
    assertThat(written).isEqualTo(PushTokenQueue.MOST + 1);
    assertThat(transactions).isLessThan(10);
  }

  @Test
  void manyThatComeAtOnceAreAllWrittenByOneAtATime() throws InterruptedException {
    int threads = 8;
    int each = 200;
    CountDownLatch written = new CountDownLatch(threads * each);
    AtomicInteger writers = new AtomicInteger();
    ConcurrentLinkedQueue<Integer> seen = new ConcurrentLinkedQueue<>();
    PushTokenQueue queue =
        new PushTokenQueue(tokens -> {
          seen.add(writers.incrementAndGet());
          writers.decrementAndGet();
        });
    queue.onWritten(_ -> written.countDown());

    List<Boolean> rooms =
        Race.times(
            threads,
            _ -> {
              boolean room = true;
              for (int i = 0; i < each; i++) {
                room &= queue.offer(token());
              }
              return room;
            });

    assertThat(rooms).doesNotContain(false);
    await(written);
    assertThat(seen).containsOnly(1);
  }

  @Test
  void aWriteThatFailsIsNoneOfTheNext() throws InterruptedException {
    CountDownLatch written = new CountDownLatch(1);
    AtomicInteger tries = new AtomicInteger();
    CountDownLatch failed = new CountDownLatch(1);
    PushTokenQueue queue =
        new PushTokenQueue((Collection<PushToken> _) -> {
          if (tries.getAndIncrement() == 0) {
            failed.countDown();
            throw new IllegalStateException("no database");
          }
        });
    queue.onWritten(_ -> written.countDown());

    assertThat(queue.offer(token())).isTrue();
    await(failed);
    assertThat(queue.offer(token())).isTrue();
    await(written);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError(stopped);
    }
  }
}
