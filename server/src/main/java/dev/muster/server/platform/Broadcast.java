package dev.muster.server.platform;

import io.quarkus.logging.Log;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// Tells every node, this one included, at most once and at once: "drop this from your cache",
/// "ring these devices". What must not be missed is sent from an outbox listener, and what was
/// missed while a node had no connection is made good by its reset hooks, which run whenever it
/// connects.
///
/// Messages that come close together travel in one NOTIFY, sent outside any writing transaction: a
/// NOTIFY inside one takes a lock that serializes all commits of the database.
public final class Broadcast implements AutoCloseable {
  private static final String CHANNEL = "muster";
  private static final int MOST_BYTES = 7_500; // PostgreSQL's limit for a payload is 8,000
  private static final String SEPARATOR = "\n";
  private static final Duration POLL = Duration.ofSeconds(1);

  private final DataSource dataSource;
  private final Map<String, List<Consumer<String>>> listeners = new ConcurrentHashMap<>();
  private final List<Runnable> resets = new CopyOnWriteArrayList<>();
  private final BlockingQueue<String> outgoing = new LinkedBlockingQueue<>();
  private volatile boolean closed;

  public Broadcast(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /// Calls `heard` with the payload of each message of `topic`.
  public void listen(String topic, Consumer<String> heard) {
    listeners.computeIfAbsent(topic, _ -> new CopyOnWriteArrayList<>()).add(heard);
  }

  /// Calls `reset` whenever messages may have been missed.
  public void onReset(Runnable reset) {
    resets.add(reset);
  }

  /// Sends `payload`, of at most 7,000 bytes and without line breaks, to all nodes.
  public void send(String topic, String payload) {
    String message = topic + " " + payload;
    if (message.contains(SEPARATOR) || bytes(message) > MOST_BYTES) {
      throw new IllegalArgumentException("a broadcast is one line of at most 7,000 bytes");
    }
    outgoing.add(message);
  }

  public void start() {
    Thread.ofVirtual().name("broadcast-sender").start(() -> repeat(this::sendAll));
    Thread.ofVirtual().name("broadcast-receiver").start(() -> repeat(this::receive));
  }

  @Override
  public void close() {
    closed = true;
  }

  private interface Step {
    void run() throws SQLException, InterruptedException;
  }

  private void repeat(Step step) {
    while (!closed) {
      try {
        step.run();
      } catch (SQLException failure) {
        if (!closed) {
          Log.debugf("Broadcast is interrupted: %s", failure.getMessage());
          pause();
        }
      } catch (InterruptedException stopped) {
        return;
      }
    }
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(500);
    } catch (InterruptedException stopped) {
      closed = true;
    }
  }

  private void sendAll() throws InterruptedException {
    String first = outgoing.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
    if (first == null) {
      return;
    }
    StringBuilder payload = new StringBuilder(first);
    int size = bytes(first);
    for (String next = outgoing.peek(); next != null; next = outgoing.peek()) {
      size += bytes(next) + 1;
      if (size > MOST_BYTES) {
        break;
      }
      payload.append(SEPARATOR).append(outgoing.remove());
    }
    while (!closed && !sent(payload.toString())) {
      pause();
    }
  }

  private boolean sent(String payload) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement notify = connection.prepareStatement("select pg_notify(?, ?)")) {
      notify.setString(1, CHANNEL);
      notify.setString(2, payload);
      notify.execute();
      return true;
    } catch (SQLException failure) {
      Log.debugf("A broadcast is sent again: %s", failure.getMessage());
      return false;
    }
  }

  private void receive() throws SQLException, InterruptedException {
    try (Connection connection = dataSource.getConnection()) {
      try (Statement listen = connection.createStatement()) {
        listen.execute("listen " + CHANNEL);
      }
      resets.forEach(Broadcast::guarded);
      PGConnection postgres = connection.unwrap(PGConnection.class);
      while (!closed) {
        PGNotification[] received = postgres.getNotifications((int) POLL.toMillis());
        if (received != null) {
          for (PGNotification notification : received) {
            dispatch(notification.getParameter());
          }
        }
      }
      // the connection goes back to the pool: it must not go on hearing
      try (Statement unlisten = connection.createStatement()) {
        unlisten.execute("unlisten *");
      }
      postgres.getNotifications();
    }
  }

  private void dispatch(String payload) {
    for (String message : payload.split(SEPARATOR, -1)) {
      int space = message.indexOf(' ');
      List<Consumer<String>> hearers =
          new ArrayList<>(listeners.getOrDefault(message.substring(0, space), List.of()));
      for (Consumer<String> hearer : hearers) {
        guarded(() -> hearer.accept(message.substring(space + 1)));
      }
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException failure) {
      Log.warn("A broadcast was not handled", failure);
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
