package dev.muster.server.telemetry;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import dev.muster.server.platform.TelemetrySettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Takes heartbeats of all devices and stores them, many in one transaction.
///
/// One thread drains a bounded queue. While it commits a batch the next one gathers, so batches
/// grow with the load; where few come, nobody waits for others. Whoever hands in a heartbeat is
/// answered after the commit that holds it, or told why not: a full queue refuses at once, and of a
/// batch that cannot be stored the halves are tried, down to the one heartbeat that is at fault,
/// also where a device handed in many.
@Singleton
public class Ingest {
  /// What came of the heartbeats that were handed in together.
  interface Answer {
    /// They are committed, but for the broken ones.
    ///
    /// @param broken the places, from 0, of those that the database will never take
    void stored(HeartbeatStore.Counts counts, List<Integer> broken);

    /// None of them is stored.
    void refused(Refusal refusal);
  }

  /// Heartbeats of one device that were handed in together.
  ///
  /// @param late whether they were sent later than they were taken
  record Entry(List<Heartbeat> heartbeats, boolean late, Answer answer) {
    long weight() {
      long weight = 0;
      for (Heartbeat heartbeat : heartbeats) {
        weight += 500 + 2L * (heartbeat.rest().length() + heartbeat.detail().body().length());
      }
      return weight;
    }
  }

  /// Said of what only the database finds wrong.
  static final String UNSTORABLE =
      "has a value that cannot be stored, or is of a time that is gone";

  private static final Duration COME_AGAIN = Duration.ofSeconds(5);
  private static final int MANY = 10;
  private static final int ENOUGH = 80;
  private static final Duration GATHER = Duration.ofMillis(5);

  private final Database database;
  private final List<BatchListener> listeners;
  private final IngestMetrics metrics;
  private final BlockingQueue<Entry> queue;
  private final Details details = new Details();
  private final AtomicLong memory = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger();
  private final TelemetrySettings settings;
  private volatile Runnable answered = () -> {};
  private volatile boolean stopping;
  private @Nullable Thread writer;

  @Inject
  Ingest(
      Database database,
      @All List<BatchListener> listeners,
      MeterRegistry registry,
      Settings settings) {
    this(database, listeners, registry, settings.telemetry());
  }

  Ingest(
      Database database,
      List<BatchListener> listeners,
      MeterRegistry registry,
      TelemetrySettings settings) {
    this.database = database;
    this.listeners = List.copyOf(listeners);
    this.settings = settings;
    this.queue = new ArrayBlockingQueue<>(settings.queue());
    this.metrics = new IngestMetrics(registry, waiting, memory);
  }

  void start(@Observes StartupEvent event) {
    writer = Thread.ofPlatform().name("heartbeat-writer").start(this::write);
  }

  void stop(@Observes ShutdownEvent event) {
    stopping = true;
    if (writer != null) {
      writer.interrupt();
    }
  }

  /// Calls `hook` whenever some have been answered, so that answers can be written together.
  void onAnswered(Runnable hook) {
    answered = hook;
  }

  IngestMetrics metrics() {
    return metrics;
  }

  /// Whether the next heartbeat would be refused for want of room.
  boolean isFull() {
    return waiting.get() >= settings.queue()
        || memory.get() >= settings.queueMemory().asLongValue();
  }

  /// Whether nothing waits, and nothing is counted as if it did.
  boolean isIdle() {
    return waiting.get() == 0 && memory.get() == 0;
  }

  static Refusal full() {
    return Refusal.unavailable(
        "Too many heartbeats wait for the database; send it again.", COME_AGAIN, null);
  }

  /// Hands in heartbeats; `answer` is called later, on any thread, or at once when there is no
  /// room.
  void submit(Entry entry) {
    int count = entry.heartbeats().size();
    long weight = entry.weight();
    boolean room = waiting.addAndGet(count) <= settings.queue() + HeartbeatParser.MOST_IN_BATCH;
    boolean memoryLeft = memory.addAndGet(weight) <= settings.queueMemory().asLongValue();
    if (!room || !memoryLeft || stopping || !queue.offer(entry)) {
      release(count, weight);
      metrics.refused("full", count);
      entry.answer().refused(full());
      answered.run();
    }
  }

  private void release(int count, long weight) {
    waiting.addAndGet(-count);
    memory.addAndGet(-weight);
  }

  private void write() {
    while (!stopping) {
      try {
        List<Entry> batch = next();
        if (!batch.isEmpty()) {
          storeAndAnswer(batch);
          gather(batch.size());
        }
      } catch (InterruptedException _) {
        // stopping, or nothing to do with us
      } catch (RuntimeException | Error failure) {
        Log.error("Heartbeats could not be answered", failure);
      }
    }
    List<Entry> left = new ArrayList<>();
    queue.drainTo(left);
    left.forEach(entry -> entry.answer().refused(full()));
    answered.run();
  }

  /// Where many come, the next batch is given a moment: a transaction costs as much as dozens of
  /// its rows. Where few come, nobody waits.
  private void gather(int stored) throws InterruptedException {
    if (stored >= MANY && queue.size() < ENOUGH) {
      TimeUnit.NANOSECONDS.sleep(GATHER.toNanos());
    }
  }

  private List<Entry> next() throws InterruptedException {
    List<Entry> batch = new ArrayList<>();
    Entry entry = queue.poll(1, TimeUnit.SECONDS);
    int count = 0;
    while (entry != null) {
      batch.add(entry);
      count += entry.heartbeats().size();
      entry = count < settings.batch() ? queue.poll() : null;
    }
    return batch;
  }

  /// Stores what waits. For tests, which have no writer.
  void storeWaiting() {
    try {
      while (!queue.isEmpty()) {
        storeAndAnswer(next());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void storeAndAnswer(List<Entry> batch) {
    try {
      store(batch);
    } finally {
      batch.forEach(entry -> release(entry.heartbeats().size(), entry.weight()));
      answered.run();
    }
  }

  private void store(List<Entry> batch) {
    HeartbeatStore.Stored stored;
    try {
      stored = committed(batch);
    } catch (Refusal refusal) {
      refuse(batch, refusal, "unavailable");
      return;
    } catch (RuntimeException | Error failure) {
      if (batch.size() > 1) {
        store(batch.subList(0, batch.size() / 2));
        store(batch.subList(batch.size() / 2, batch.size()));
      } else if (batch.getFirst().heartbeats().size() > 1) {
        storeHalves(batch.getFirst());
      } else {
        refuse(batch.getFirst(), failure);
      }
      return;
    }
    for (Entry entry : batch) {
      entry.answer().stored(stored.of(entry), List.of());
    }
  }

  private void storeHalves(Entry entry) {
    List<Heartbeat> heartbeats = entry.heartbeats();
    Half first = new Half();
    Half second = new Half();
    int middle = heartbeats.size() / 2;
    store(List.of(new Entry(heartbeats.subList(0, middle), entry.late(), first)));
    store(List.of(new Entry(heartbeats.subList(middle, heartbeats.size()), entry.late(), second)));
    first.join(middle, second, heartbeats.size() - middle, entry.answer());
  }

  /// What came of a half of what was handed in together.
  private static final class Half implements Answer {
    private HeartbeatStore.Counts counts = new HeartbeatStore.Counts(0, 0);
    private List<Integer> broken = List.of();
    private @Nullable Refusal refusal;

    @Override
    public void stored(HeartbeatStore.Counts stored, List<Integer> brokenOnes) {
      counts = stored;
      broken = brokenOnes;
    }

    @Override
    public void refused(Refusal why) {
      refusal = why;
    }

    /// Where one half went, the other is at fault itself, unless its refusal passes.
    private void join(int size, Half other, int otherSize, Answer answer) {
      Refusal passing = passes() ? refusal : other.passes() ? other.refusal : null;
      if (passing != null) {
        answer.refused(passing);
      } else if (refusal != null && other.refusal != null) {
        answer.refused(refusal);
      } else {
        List<Integer> all = new ArrayList<>(brokenOf(size));
        other.brokenOf(otherSize).forEach(place -> all.add(size + place));
        answer.stored(counts.plus(other.counts), all);
      }
    }

    private boolean passes() {
      return refusal != null && refusal.code() != ErrorCode.INTERNAL;
    }

    private List<Integer> brokenOf(int size) {
      return refusal == null ? broken : IntStream.range(0, size).boxed().toList();
    }
  }

  /// A single heartbeat that cannot be stored. What was sent later is told apart from what its
  /// device sent with it; that a live one has no partition is not its device's fault.
  private void refuse(Entry entry, Throwable failure) {
    boolean ofItsData = Database.isOfData(failure);
    if (ofItsData && entry.late()) {
      Log.infof("The database takes no such heartbeat: %s", failure.getMessage());
      metrics.refused("broken", 1);
      entry.answer().stored(new HeartbeatStore.Counts(0, 0), List.of(0));
    } else if (ofItsData && !Database.isOfConstraint(failure)) {
      Log.infof("The database takes no such heartbeat: %s", failure.getMessage());
      refuse(List.of(entry), Refusal.invalid("body", UNSTORABLE), "broken");
    } else {
      Log.error("A heartbeat cannot be stored", failure);
      refuse(List.of(entry), Refusal.internal(), "broken");
    }
  }

  private HeartbeatStore.Stored committed(List<Entry> batch) {
    long begun = System.nanoTime();
    List<Details.Fresh> fresh = details.fresh(batch);
    HeartbeatStore.Stored stored =
        database.acrossOrganizations(handle -> {
          Details.store(handle, fresh);
          HeartbeatStore.Stored written = HeartbeatStore.write(handle, batch);
          if (!written.newest().isEmpty()) {
            for (BatchListener listener : listeners) {
              listener.stored(handle, written.newest(), written.first());
            }
          }
          return written;
        });
    details.remember(fresh);
    metrics.committed(stored, System.nanoTime() - begun);
    return stored;
  }

  private void refuse(List<Entry> batch, Refusal refusal, String why) {
    for (Entry entry : batch) {
      metrics.refused(why, entry.heartbeats().size());
      entry.answer().refused(refusal);
    }
  }
}
