package dev.muster.server.archive;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.AdvisoryLock;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The partitions of the history of heartbeats, one a UTC day. There is none for what fits no day,
/// so whoever writes asks [#oldest] first and refuses what is older.
@Singleton
public final class Partitions {
  /// How many days ahead of today there are.
  static final int AHEAD = 14;

  /// How many days back a new server begins, for what devices send late.
  static final int BACK = 2;

  static final String TOPIC = "archive.partitions";
  private static final String LOCK = "archive.partitions";
  private static final String DROP_LOCK = "archive.drop";
  private static final int TRIES = 10;

  /// No heartbeat is of a time later than this from now.
  private static final long AHEAD_SECONDS = 600;

  private static final int BEFORE_JOBS = 95;

  private final Database database;
  private final InstantSource clock;
  private final Broadcast broadcast;
  private volatile Instant oldest = Instant.MAX;

  public Partitions(Database database, InstantSource clock, Broadcast broadcast) {
    this.database = database;
    this.clock = clock;
    this.broadcast = broadcast;
    broadcast.listen(TOPIC, _ -> Thread.startVirtualThread(this::look));
    broadcast.onReset(() -> Thread.startVirtualThread(this::look));
  }

  /// Before HTTP opens: from then on heartbeats come.
  void start(@Observes @Priority(BEFORE_JOBS) StartupEvent event) {
    prepare();
  }

  /// The beginning of the oldest day that heartbeats may be written to; no day from there up to two
  /// weeks from now is missing. Costs nothing. In the far future before [#prepare].
  public Instant oldest() {
    return oldest;
  }

  /// Makes the partitions that are missing, up to two weeks ahead, each in a transaction of its
  /// own. It gives way to whoever has the history locked, and tries again; only a missing partition
  /// of today or tomorrow is worth an error.
  public void prepare() {
    LocalDate today = Day.of(clock.instant());
    LocalDate next = database.asOwner(handle -> begin(handle, today));
    for (LocalDate day = next; !day.isAfter(today.plusDays(AHEAD)); day = day.plusDays(1)) {
      make(day, day.isAfter(today.plusDays(1)));
    }
    look();
    if (next.isBefore(today.plusDays(AHEAD))) {
      broadcast.send(TOPIC, "made");
    }
  }

  /// The first day that may be missing.
  private static LocalDate begin(Handle handle, LocalDate today) {
    hold(handle);
    DayStore.forgetMissing(handle, PartitionStore.tables(handle));
    return DayStore.oldestMissing(handle, today.minusDays(BACK));
  }

  /// Until the transaction ends nobody compares the days with the tables that there are.
  static void hold(Handle handle) {
    AdvisoryLock.hold(handle, LOCK);
  }

  private void make(LocalDate day, boolean canWait) {
    for (int attempt = 1; ; attempt++) {
      try {
        database.asOwner(handle -> make(handle, day));
        return;
      } catch (RuntimeException failure) {
        if (attempt < TRIES && !canWait) {
          continue;
        }
        if (!canWait) {
          throw failure;
        }
        Log.warnf("The partition of %s could not be made yet: %s", day, failure.getMessage());
        return;
      }
    }
  }

  private boolean make(Handle handle, LocalDate day) {
    PartitionStore.waitBriefly(handle);
    hold(handle);
    if (DayStore.find(handle, day).isPresent()) {
      return false;
    }
    PartitionStore.create(handle, day);
    PartitionStore.protect(handle, day);
    PartitionStore.bound(handle, day);
    PartitionStore.attach(handle, day);
    DayStore.made(handle, day, clock.instant());
    return true;
  }

  /// Reads what [#oldest] says.
  void look() {
    oldest = begin(database.acrossOrganizations(DayStore::oldestAttached));
  }

  private static Instant begin(Optional<LocalDate> day) {
    return day.map(Day::begin).orElse(Instant.MAX);
  }

  /// A day is no longer, or again, one of the history: this node knows it at once, others soon.
  void changed(Handle handle) {
    oldest = begin(DayStore.oldestAttached(handle));
    broadcast.send(TOPIC, "changed");
  }

  /// Deletes the rows of a device that is erased from days that are detached already. To be called
  /// after those of the history itself are deleted: a day that is being detached meanwhile is found
  /// in one of the two. None of them is dropped until the transaction ends.
  public void eraseDetached(Handle handle, OrganizationId organization, DeviceId device) {
    holdDrops(handle);
    List<String> detached = DayStore.detached(handle);
    detached.forEach(table -> PartitionStore.delete(handle, table, organization, device));
  }

  /// The spans of a time in which rows are to be looked for by device, in their order and without
  /// gaps.
  ///
  /// @param byDevice whether there is an index by device; otherwise each bucket has to be asked for
  public record Span(Instant from, Instant to, boolean byDevice) {}

  /// How all rows of one device are found.
  public List<Span> spans(Handle handle) {
    return DayStore.oldestThere(handle)
        .map(day -> spans(handle, Day.begin(day), Instant.MAX))
        .orElse(List.of());
  }

  /// How rows of one device are found from `from` to before `to`.
  public List<Span> spans(Handle handle, Instant from, Instant to) {
    Instant end = clock.instant().plusSeconds(AHEAD_SECONDS);
    Instant until = to.isBefore(end) ? to : end;
    List<Span> spans = new ArrayList<>();
    Instant at = from;
    for (LocalDate day : DayStore.growing(handle)) {
      Instant begin = later(Day.begin(day), at);
      Instant dayEnd = Day.begin(day.plusDays(1));
      Instant stop = dayEnd.isBefore(until) ? dayEnd : until;
      if (begin.isBefore(stop)) {
        add(spans, at, begin, true);
        add(spans, begin, stop, false);
        at = stop;
      }
    }
    add(spans, at, until, true);
    return spans;
  }

  private static void add(List<Span> spans, Instant from, Instant to, boolean byDevice) {
    if (from.isBefore(to)) {
      spans.add(new Span(from, to, byDevice));
    }
  }

  private static Instant later(Instant one, Instant other) {
    return one.isBefore(other) ? other : one;
  }

  /// The oldest day of which the database has heartbeats, in the history or on their way out of it.
  public Optional<LocalDate> oldestThere(Handle handle) {
    return DayStore.oldestThere(handle);
  }

  static void holdDrops(Handle handle) {
    AdvisoryLock.hold(handle, DROP_LOCK);
  }
}
