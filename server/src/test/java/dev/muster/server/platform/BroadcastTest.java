package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BroadcastTest {
  private TestDatabase test;

  @BeforeAll
  void open() {
    test = TestDatabase.create();
  }

  @AfterAll
  void close() {
    test.close();
  }

  /// A node that listens, with its connection made.
  private final class Node implements AutoCloseable {
    private final Broadcast broadcast = new Broadcast(test.database().dataSource());
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Semaphore resets = new Semaphore(0);

    Node() throws InterruptedException {
      broadcast.listen("topic", heard::add);
      broadcast.onReset(resets::release);
      broadcast.start();
      assertThat(resets.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
      broadcast.close();
    }
  }

  @Test
  void everyNodeHearsWhatOneSays() throws InterruptedException {
    try (Node one = new Node();
        Node other = new Node()) {
      one.broadcast.send("topic", "drop 1");
      assertThat(one.heard.poll(30, TimeUnit.SECONDS)).isEqualTo("drop 1");
      assertThat(other.heard.poll(30, TimeUnit.SECONDS)).isEqualTo("drop 1");
    }
  }

  @Test
  void manyMessagesArriveInOrderHoweverTheyTravel() throws InterruptedException {
    try (Node one = new Node()) {
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        sent.add("message " + i + " " + "x".repeat(100));
        one.broadcast.send("topic", sent.getLast());
      }
      List<String> heard = new ArrayList<>();
      while (heard.size() < sent.size()) {
        String next = one.heard.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        heard.add(next);
      }
      assertThat(heard).isEqualTo(sent);
    }
  }

  @Test
  void aNodeThatLostItsConnectionIsToldThatItMayHaveMissedSomething() throws Exception {
    try (Node one = new Node()) {
      try (Connection superuser = TestPostgres.superuser(test.name());
          Statement statement = superuser.createStatement()) {
        statement.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
                + " where datname = current_database() and pid <> pg_backend_pid()");
      }
      assertThat(one.resets.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
      one.broadcast.send("topic", "after");
      assertThat(one.heard.poll(30, TimeUnit.SECONDS)).isEqualTo("after");
    }
  }

  @Test
  void whatDoesNotFitIsRefusedAtOnce() {
    try (Broadcast broadcast = new Broadcast(test.database().dataSource())) {
      assertThatThrownBy(() -> broadcast.send("topic", "x".repeat(9_000)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> broadcast.send("topic", "two\nlines"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
