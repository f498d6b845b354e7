package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OutboxTest {
  record Happened(int number) {}

  private static final class Recording implements OutboxListener<Happened> {
    private final List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
    private int refusals;

    @Override
    public String name() {
      return "recording";
    }

    @Override
    public Class<Happened> eventType() {
      return Happened.class;
    }

    @Override
    public void heard(OrganizationId organization, Happened event) {
      if (refusals > 0) {
        refusals--;
        throw new IllegalStateException("not now");
      }
      heard.add(event.number());
    }
  }

  private final OrganizationId organization = new OrganizationId(Ids.next());
  private TestDatabase test;
  private Database database;

  @BeforeAll
  void open() {
    test = TestDatabase.create();
    database = test.database();
  }

  @AfterAll
  void close() {
    test.close();
  }

  private final MutableClock clock = new MutableClock();
  private final Recording listener = new Recording();

  private Outbox outbox() {
    listener.heard.clear();
    return new Outbox(database, clock, new ObjectMapper(), List.of(listener));
  }

  private void append(Outbox outbox, int number) {
    database.in(
        organization,
        handle -> {
          outbox.append(handle, organization, new Happened(number));
          return number;
        });
  }

  @Test
  void whatIsCommittedIsDeliveredOnce() {
    Outbox outbox = outbox();
    append(outbox, 1);
    append(outbox, 2);
    outbox.deliver();
    outbox.deliver();
    assertThat(listener.heard).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void whatIsRolledBackIsNeverDelivered() {
    Outbox outbox = outbox();
    assertThatThrownBy(() ->
            database.in(
                organization,
                handle -> {
                  outbox.append(handle, organization, new Happened(3));
                  throw new IllegalArgumentException("changed my mind");
                }))
        .isInstanceOf(IllegalArgumentException.class);
    outbox.deliver();
    assertThat(listener.heard).isEmpty();
  }

  @Test
  void aListenerThatRefusesIsAskedAgainLater() {
    Outbox outbox = outbox();
    listener.refusals = 2;
    append(outbox, 4);
    outbox.deliver();
    assertThat(listener.heard).isEmpty();
    for (int i = 0; i < 2; i++) {
      clock.advance(Duration.ofMinutes(1));
      outbox.deliver();
    }
    assertThat(listener.heard).containsExactly(4);
  }

  @Test
  void whatIsRefusedTooOftenIsKeptAsADeadLetter() {
    Outbox outbox = outbox();
    listener.refusals = Outbox.MAX_ATTEMPTS;
    append(outbox, 5);
    for (int i = 0; i < Outbox.MAX_ATTEMPTS + 3; i++) {
      outbox.deliver();
      clock.advance(Duration.ofHours(1));
    }
    assertThat(listener.heard).isEmpty();
    assertThat(deadLetters()).isEqualTo(1);
    OutboxSweep sweep = new OutboxSweep(database, clock, TestSettings.of(Map.of()));
    sweep.run();
    assertThat(deadLetters()).isEqualTo(1);
    clock.advance(Duration.ofDays(30));
    sweep.run();
    assertThat(deadLetters()).isZero();
  }

  private int deadLetters() {
    return database.acrossOrganizations(handle ->
        handle
            .createQuery(
                "select count(*) from platform.outbox where dead_at is not null and error = 'not now'")
            .mapTo(int.class)
            .one());
  }

  @Test
  void aListenerMayHaveATransactionOfItsOwn() {
    List<Integer> seen = new ArrayList<>();
    OutboxListener<Happened> reading =
        new OutboxListener<>() {
          @Override
          public String name() {
            return "reading";
          }

          @Override
          public Class<Happened> eventType() {
            return Happened.class;
          }

          @Override
          public void heard(OrganizationId heard, Happened event) {
            seen.add(
                database.in(
                    heard, handle -> handle.createQuery("select 1").mapTo(int.class).one()));
          }
        };
    Outbox outbox = new Outbox(database, clock, new ObjectMapper(), List.of(reading));
    append(outbox, 7);
    assertThat(outbox.deliver()).isEqualTo(1);
    assertThat(seen).containsExactly(1);
  }

  @Test
  void severalRelaysAtOnceDeliverEachEventOnce() throws InterruptedException {
    Outbox outbox = outbox();
    for (int i = 100; i < 400; i++) {
      append(outbox, i);
    }
    CountDownLatch start = new CountDownLatch(1);
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> relays = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      relays.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  start.await();
                  outbox.deliver();
                } catch (InterruptedException | RuntimeException failure) {
                  failures.add(failure);
                }
              }));
    }
    start.countDown();
    for (Thread relay : relays) {
      relay.join();
    }
    outbox.deliver();
    assertThat(failures).isEmpty();
    assertThat(listener.heard).hasSize(300).doesNotHaveDuplicates();
  }

  @Test
  void aNudgeComesAfterTheCommitAndNotBefore() {
    Outbox outbox = outbox();
    List<String> order = new ArrayList<>();
    outbox.onCommit(() -> order.add("nudged"));
    database.in(
        organization,
        handle -> {
          outbox.append(handle, organization, new Happened(6));
          order.add("written");
          return 6;
        });
    outbox.deliver();
    assertThat(order).containsExactly("written", "nudged");
  }
}
