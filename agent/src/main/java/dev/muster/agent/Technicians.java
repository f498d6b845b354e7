package dev.muster.agent;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Transport;
import dev.muster.sync.NudgeListener;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/// Those whose tasks this process keeps: the one of an agent, or simulated ones who work on them.
/// SQLite is native code, so each has threads of its own that are not virtual.
final class Technicians implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(5);

  private final List<TaskKeeper> keepers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  /// Keeps the tasks of one, for others to work on them.
  static Technicians one(
      StateFolder folder,
      HttpClient client,
      ServerAddress server,
      TechnicianOptions options,
      Duration interval,
      Consumer<String> tell)
      throws IOException {
    Technicians all = new Technicians();
    if (options.email != null) {
      Transport transport = new HttpTransport(client, server);
      all.add(folder.file("tasks.db"), transport, nudges(client, server), options, interval, tell);
    }
    return all;
  }

  /// So many, each with a device of their own.
  ///
  /// @param offline the share of the day that each is without a network
  static Technicians simulated(
      int count,
      StateFolder folder,
      HttpClient client,
      ServerAddress server,
      TechnicianOptions options,
      Duration interval,
      double offline,
      Consumer<String> tell)
      throws IOException {
    Technicians all = new Technicians();
    Transport transport = new HttpTransport(client, server);
    TaskKeeper.Nudges nudges = nudges(client, server);
    for (int i = 1; i <= count; i++) {
      SimulatedTechnician person =
          new SimulatedTechnician(
              AgentClock.system(), Technicians::random, interval.multipliedBy(2), offline);
      TaskKeeper keeper =
          all.add(
              folder.file("tasks-" + i + ".db"),
              person.network(transport),
              nudges,
              options,
              interval,
              line -> {});
      all.start("technician " + i, () -> person.work(keeper), tell);
    }
    return all;
  }

  private static TaskKeeper.Nudges nudges(HttpClient client, ServerAddress server) {
    return (person, nudge) ->
        new NudgeListener(
            client, server.root(), person, AgentClock.system(), Technicians::random, nudge);
  }

  private TaskKeeper add(
      Path file,
      Transport transport,
      TaskKeeper.Nudges nudges,
      TechnicianOptions options,
      Duration interval,
      Consumer<String> tell)
      throws IOException {
    TaskKeeper keeper =
        TaskKeeper.open(
            file,
            transport,
            nudges,
            String.valueOf(options.email),
            options.password(),
            AgentClock.system(),
            Technicians::random,
            interval,
            tell);
    keepers.add(keeper);
    start("tasks " + keepers.size(), keeper::run, tell);
    return keeper;
  }

  private void start(String name, Work work, Consumer<String> tell) {
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .start(() -> {
              try {
                work.run();
              } catch (IOException e) {
                tell.accept("Tasks: " + e.getMessage());
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
            }));
  }

  private static double random() {
    return ThreadLocalRandom.current().nextDouble();
  }

  @Override
  public void close() throws IOException {
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        boolean _ = thread.join(STOP);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    for (TaskKeeper keeper : keepers) {
      keeper.close();
    }
  }
}
