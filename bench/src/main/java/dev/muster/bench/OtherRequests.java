package dev.muster.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// What goes on in a fleet while somebody publishes: pulls, reports and pages of devices, sent at a
/// fixed rate whether or not earlier ones have been answered. A request's time counts from when it
/// was due, so that a server that stalls cannot hide it by being asked less.
final class OtherRequests {
  enum Kind {
    PULL,
    REPORT,
    PAGE
  }

  /// The order in which kinds are sent: two pulls and two reports for each page.
  private static final List<Kind> TURNS =
      List.of(Kind.PULL, Kind.REPORT, Kind.PULL, Kind.REPORT, Kind.PAGE);

  private final List<Agent> agents;
  private final Api admin;
  private final int perSecond;
  private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();

  OtherRequests(List<Agent> agents, Api admin, int perSecond) {
    this.agents = agents;
    this.admin = admin;
    this.perSecond = perSecond;
  }

  Map<Kind, Samples> run(Duration duration) throws IOException, InterruptedException {
    Map<Kind, Queue<Long>> nanos = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      nanos.put(kind, new ConcurrentLinkedQueue<>());
    }
    long requests = duration.toSeconds() * perSecond;
    long begin = System.nanoTime();
    try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
      for (long i = 0; i < requests; i++) {
        long due = begin + i * TimeUnit.SECONDS.toNanos(1) / perSecond;
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        Kind kind = TURNS.get((int) (i % TURNS.size()));
        Queue<Long> times = nanos.getOrDefault(kind, new ConcurrentLinkedQueue<>());
        senders.execute(() -> {
          send(kind);
          times.add(System.nanoTime() - due);
        });
      }
    }
    Exception failure = failures.poll();
    if (failure != null) {
      throw new IOException(failures.size() + 1 + " requests failed, one of them so", failure);
    }
    Map<Kind, Samples> samples = new EnumMap<>(Kind.class);
    nanos.forEach((kind, times) -> samples.put(kind, Samples.ofNanos(new ArrayList<>(times))));
    return samples;
  }

  private void send(Kind kind) {
    Agent agent = agents.get(ThreadLocalRandom.current().nextInt(agents.size()));
    try {
      switch (kind) {
        case PULL -> agent.pull();
        case REPORT -> agent.report(false);
        case PAGE -> admin.send("GET", "/api/devices/?limit=50&cursor=" + agent.id(), null);
      }
    } catch (IOException failure) {
      failures.add(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
