package dev.muster.agent;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Backoff;
import dev.muster.agent.core.Transport;
import dev.muster.sync.Notice;
import dev.muster.sync.Person;
import dev.muster.sync.SqliteStore;
import dev.muster.sync.SyncClient;
import dev.muster.sync.SyncListener;
import dev.muster.sync.SyncLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// Keeps the tasks of one person on this machine, in one SQLite file.
final class TaskKeeper implements AutoCloseable {
  private static final String DEVICE = "device";
  private static final String FINGERPRINT = "fingerprint";

  /// What hears that something has changed, and runs until its thread is interrupted.
  interface Nudges {
    Runnable of(Person person, Runnable nudge);
  }

  private final SqliteStore store;
  private final Person person;
  private final Nudges nudges;
  private final AgentClock clock;
  private final DoubleSupplier random;
  private final Duration interval;
  private final Consumer<String> tell;
  private final CountDownLatch loggedIn = new CountDownLatch(1);
  private volatile @Nullable SyncClient client;
  private volatile @Nullable SyncLoop loop;

  private TaskKeeper(
      SqliteStore store,
      Person person,
      Nudges nudges,
      AgentClock clock,
      DoubleSupplier random,
      Duration interval,
      Consumer<String> tell) {
    this.store = store;
    this.person = person;
    this.nudges = nudges;
    this.clock = clock;
    this.random = random;
    this.interval = interval;
    this.tell = tell;
  }

  /// @param file is made when it is not there; what it knows it keeps
  /// @param interval between two synchronizations
  /// @param tell takes lines for people
  static TaskKeeper open(
      Path file,
      Transport transport,
      Nudges nudges,
      String email,
      String password,
      AgentClock clock,
      DoubleSupplier random,
      Duration interval,
      Consumer<String> tell)
      throws IOException {
    SqliteStore store = SqliteStore.open(file);
    String fingerprint =
        store.in(memory -> {
          String known = memory.recall(FINGERPRINT);
          String mine = known.isEmpty() ? "agent-" + UUID.randomUUID() : known;
          memory.remember(FINGERPRINT, mine);
          return mine;
        });
    Person person = new Person(transport, email, () -> password, fingerprint, "Tasks of an agent");
    return new TaskKeeper(store, person, nudges, clock, random, interval, tell);
  }

  /// The tasks, once the first login has said which device this is.
  SyncClient client() throws InterruptedException {
    loggedIn.await();
    return Objects.requireNonNull(client);
  }

  /// Something was edited here.
  void wake() {
    SyncLoop running = loop;
    if (running != null) {
      running.wake();
    }
  }

  /// Synchronizes until its thread is interrupted.
  void run() throws InterruptedException {
    SyncClient tasks = new SyncClient(store, device(), person, clock, new Told());
    SyncLoop again =
        new SyncLoop(
            tasks, clock, interval, random, failed -> tell.accept("Tasks: " + failed.getMessage()));
    loop = again;
    client = tasks;
    loggedIn.countDown();
    Thread listener = Thread.ofPlatform().daemon().start(nudges.of(person, again::nudge));
    try {
      again.run();
    } finally {
      listener.interrupt();
    }
  }

  /// Known since the first login; until that there is nothing to work on.
  private String device() throws InterruptedException {
    Backoff backoff = new Backoff(random);
    while (true) {
      try {
        String known = store.in(memory -> memory.recall(DEVICE));
        if (!known.isEmpty()) {
          return known;
        }
        String device = person.logIn();
        return store.in(memory -> {
          memory.remember(DEVICE, device);
          return device;
        });
      } catch (IOException failed) {
        tell.accept("Tasks: " + failed.getMessage());
        clock.sleep(backoff.next());
      }
    }
  }

  @Override
  public void close() throws IOException {
    store.close();
  }

  private final class Told implements SyncListener {
    @Override
    public void conflicted(Notice notice) {
      tell.accept("Tasks: the server has kept an edit as a conflict. " + notice.reason());
    }
  }
}
