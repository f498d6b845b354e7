package dev.muster.server.archive;

import dev.muster.server.platform.AdvisoryLock;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import io.quarkus.logging.Log;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Carries on whatever day is on its way: those beyond the retention or the size cap, those that
/// somebody asked for, and those whose carrier died. Freezes days that are over.
@Singleton
public class ArchiveJob implements RecurringJob {
  static final String LOCK = "archive";

  /// A day's table is frozen this long after its end, when most of what comes late has come.
  static final Duration FROZEN_AFTER = Duration.ofHours(1);

  private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
  private static final long EMBEDDED_CAP = 20L << 30;

  private final Database database;
  private final InstantSource clock;
  private final Archivist archivist;
  private final ArchiveMetrics metrics;
  private final long cap;
  private volatile Instant nextLook = Instant.MIN;

  @Inject
  ArchiveJob(
      Database database,
      InstantSource clock,
      Partitions partitions,
      Depots depots,
      ArchiveMetrics metrics,
      Settings settings) {
    this(
        database,
        clock,
        new Archivist(
            clock,
            partitions,
            depots.depot(),
            settings.data().resolve("archiving"),
            settings.history()),
        metrics,
        cap(settings));
  }

  /// @param cap bytes of all days at the most; 0 is without limit
  ArchiveJob(
      Database database,
      InstantSource clock,
      Archivist archivist,
      ArchiveMetrics metrics,
      long cap) {
    this.database = database;
    this.clock = clock;
    this.archivist = archivist;
    this.metrics = metrics;
    this.cap = cap;
  }

  private static long cap(Settings settings) {
    return settings
        .history()
        .sizeCap()
        .map(MemorySize::asLongValue)
        .orElse(settings.databaseUrl().isPresent() ? 0 : EMBEDDED_CAP);
  }

  @Override
  public String name() {
    return "archive-heartbeats";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(5);
  }

  @Override
  public void run() {
    Instant now = clock.instant();
    if (!now.isBefore(nextLook)) {
      nextLook = now.plus(LOOK_EVERY);
      keepBelowCap();
      freeze(now);
    }
    List<Day> due = database.asOwner(handle -> DayStore.due(handle, now, archivist.keptFrom()));
    for (Day day : due) {
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
      carry(day.date());
    }
    metrics.days(database.asOwner(DayStore::all));
  }

  private void carry(LocalDate date) {
    try {
      boolean _ =
          database.outsideTransaction(handle ->
              AdvisoryLock.tryDuring(
                  handle,
                  LOCK,
                  () -> {
                    try {
                      archivist.carry(handle, date);
                    } catch (IOException failure) {
                      throw new UncheckedIOException(failure);
                    }
                  }));
    } catch (RuntimeException failure) {
      failed(date, failure);
    }
  }

  private void failed(LocalDate date, RuntimeException failure) {
    Throwable cause =
        failure instanceof UncheckedIOException io
            ? Objects.requireNonNullElse(io.getCause(), failure)
            : failure;
    Log.warnf(cause, "The heartbeats of %s could not be archived or restored yet", date);
    boolean badArchive = cause instanceof ArchiveManifest.Damaged;
    metrics.failed();
    Instant now = clock.instant();
    database.asOwner(handle -> {
      DayStore.failed(handle, date, said(cause), now, badArchive);
      return now;
    });
  }

  /// A file that is missing is told of by its bare name otherwise.
  private static String said(Throwable cause) {
    String message = cause.getMessage();
    return cause instanceof NoSuchFileException || message == null ? cause.toString() : message;
  }

  /// Sends the oldest day away when there is too much, one at a time. Today stays. Days that were
  /// restored do not count until their time is over: what somebody has asked for would be taken
  /// away at once, or push others out.
  private void keepBelowCap() {
    long all = database.asOwner(PartitionStore::bytes);
    metrics.bytes(all);
    if (cap == 0 || all <= cap) {
      return;
    }
    Instant now = clock.instant();
    long bytes = all - database.<Long>asOwner(handle -> wantedBack(handle, now));
    if (bytes <= cap) {
      return;
    }
    LocalDate today = Day.of(now);
    Optional<LocalDate> oldest = database.asOwner(handle -> DayStore.sendOldestAway(handle, today));
    oldest.ifPresent(day -> {
      metrics.capped();
      Log.warnf(
          "Heartbeats take %d bytes, more than muster.history.size-cap (%d): %s is archived early",
          bytes, cap, day);
    });
  }

  private static long wantedBack(Handle handle, Instant now) {
    return DayStore.wantedBack(handle, now).stream()
        .mapToLong(day -> PartitionStore.bytes(handle, day))
        .sum();
  }

  private void freeze(Instant now) {
    LocalDate before = Day.of(now.minus(FROZEN_AFTER));
    for (LocalDate day : database.asOwner(handle -> DayStore.toFreeze(handle, before))) {
      try {
        database.outsideTransaction(handle ->
            AdvisoryLock.tryDuring(
                handle,
                LOCK,
                () -> {
                  PartitionStore.freeze(handle, day);
                  DayStore.frozen(handle, day, now);
                }));
      } catch (RuntimeException failure) {
        Log.infof("The heartbeats of %s could not be frozen yet: %s", day, failure.getMessage());
      }
    }
  }
}
