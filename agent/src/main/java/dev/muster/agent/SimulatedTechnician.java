package dev.muster.agent;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Transport;
import dev.muster.protocol.Json;
import dev.muster.sync.Kind;
import dev.muster.sync.Row;
import dev.muster.sync.SyncClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/// A person in the field who makes, edits and does tasks all day, and is offline for a part of it.
final class SimulatedTechnician {
  private static final List<String> WORK =
      List.of("Check the pump", "Replace the seal", "Clean the screen", "Read the meter");
  private static final List<String> STATUSES =
      List.of("todo", "in_progress", "in_progress", "blocked", "done", "done");
  private static final int PAGE = 50;

  private final AgentClock clock;
  private final DoubleSupplier random;
  private final Duration pause;
  private final double offline;
  private volatile boolean away;

  /// @param pause between two edits, on average
  /// @param offline the share of the day without a network
  SimulatedTechnician(AgentClock clock, DoubleSupplier random, Duration pause, double offline) {
    this.clock = clock;
    this.random = random;
    this.pause = pause;
    this.offline = offline;
  }

  /// The network as it is for this one.
  Transport network(Transport transport) {
    return request -> {
      if (away) {
        throw new IOException("The technician is offline");
      }
      return transport.exchange(request);
    };
  }

  /// Works until its thread is interrupted.
  void work(TaskKeeper tasks) throws IOException, InterruptedException {
    SyncClient client = tasks.client();
    while (true) {
      clock.sleep(Duration.ofMillis((long) (2 * pause.toMillis() * random.getAsDouble())));
      away = random.getAsDouble() < offline;
      step(client);
      tasks.wake();
    }
  }

  private void step(SyncClient client) throws IOException {
    List<Row> some = client.page(Kind.TASK, "", PAGE);
    if (some.size() < 5 || random.getAsDouble() < 0.1) {
      client.createTask(Map.of("title", Json.of(any(WORK))));
      return;
    }
    Row task = any(some);
    if (random.getAsDouble() < 0.3) {
      client.createComment(task.id(), null, "Looked at it");
    } else {
      client.edit(Kind.TASK, task.id(), Map.of("status", Json.of(any(STATUSES))));
    }
  }

  private <T> T any(List<T> all) {
    return all.get((int) (all.size() * random.getAsDouble()));
  }
}
