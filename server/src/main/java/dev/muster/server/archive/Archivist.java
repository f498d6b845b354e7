package dev.muster.server.archive;

import static java.util.Objects.requireNonNull;

import dev.muster.server.archive.Day.State;
import dev.muster.server.archive.Day.Stored;
import dev.muster.server.archive.Day.Wish;
import dev.muster.server.device.KnownDevices;
import dev.muster.server.platform.HistorySettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/// Takes days out of the database and back, one step after the other: detach, archive, verify,
/// drop. Each step is written down when it is done and may be done twice, so whoever comes after
/// one who died begins with the step that was not.
final class Archivist {
  /// Rows that are loaded in one transaction, which takes seconds.
  private static final int ROWS_AT_ONCE = 100_000;

  /// How often a day is to be made a partition, a second each.
  private static final int TRIES = 30;

  private final InstantSource clock;
  private final Partitions partitions;
  private final Depot depot;
  private final Path work;
  private final Duration retention;
  private final Duration restoredKept;

  /// @param work a folder of this node for files that are being written
  Archivist(
      InstantSource clock,
      Partitions partitions,
      Depot depot,
      Path work,
      HistorySettings settings) {
    this.clock = clock;
    this.partitions = partitions;
    this.depot = depot;
    this.work = work;
    this.retention = settings.retention();
    this.restoredKept = settings.restoredKept();
  }

  /// The oldest day that retention leaves in the database.
  LocalDate keptFrom() {
    return Day.of(clock.instant().minus(retention));
  }

  /// Takes the day as far as it shall go.
  ///
  /// @param handle outside of a transaction, with the lock of all archiving
  void carry(Handle handle, LocalDate date) throws IOException {
    boolean further = true;
    while (further) {
      further = step(handle, DayStore.find(handle, date).orElseThrow());
    }
  }

  private boolean step(Handle handle, Day day) throws IOException {
    if (day.wish() == Wish.VERIFY && day.stored() != null) {
      verify(handle, day);
      return true;
    }
    switch (day.state()) {
      case ATTACHED, RESTORED -> {
        if (!shallLeave(day)) {
          return false;
        }
        handle.useTransaction(in -> DayStore.detaching(in, day.date()));
        partitions.changed(handle);
      }
      case DETACHING -> detach(handle, day.date());
      case DETACHED -> archive(handle, day.date());
      case ARCHIVED -> verify(handle, day);
      case VERIFIED -> drop(handle, day);
      case DROPPED -> {
        if (day.wish() != Wish.RESTORE) {
          return false;
        }
        restore(handle, day);
      }
    }
    return true;
  }

  private boolean shallLeave(Day day) {
    Instant keepUntil = day.times().keepUntil();
    return day.wish() == Wish.ARCHIVE
        || (day.state() == State.ATTACHED && day.date().isBefore(keptFrom()))
        || (day.state() == State.RESTORED
            && keepUntil != null
            && !keepUntil.isAfter(clock.instant()));
  }

  /// A DETACH CONCURRENTLY that was cut short has left the partition pending; only its second half
  /// is missing then.
  private void detach(Handle handle, LocalDate date) {
    switch (PartitionStore.link(handle, date)) {
      case ATTACHED -> PartitionStore.detach(handle, date);
      case PENDING -> PartitionStore.finishDetaching(handle, date);
      case ALONE, NO_TABLE -> {}
    }
    handle.useTransaction(in -> DayStore.detached(in, date, clock.instant()));
  }

  private void archive(Handle handle, LocalDate date) throws IOException {
    Path file = fresh(ArchiveManifest.file(date));
    Path manifestFile = fresh(ArchiveManifest.manifest(date));
    try {
      List<String> columns = PartitionStore.columns(handle, date);
      ArchiveFile.Content content =
          ArchiveFile.write(
              file,
              csv -> handle.useTransaction(in -> PartitionStore.copyOut(in, date, columns, csv)));
      Stored stored =
          new Stored(content.rows(), content.bytes(), content.sha256(), clock.instant(), null);
      Files.writeString(manifestFile, new ArchiveManifest(date, columns, stored).text());
      depot.put(ArchiveManifest.file(date), file);
      depot.put(ArchiveManifest.manifest(date), manifestFile);
      handle.useTransaction(in -> DayStore.archived(in, date, stored));
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(manifestFile);
    }
  }

  private Path fresh(String name) throws IOException {
    Path file = Files.createDirectories(work).resolve(name);
    Files.deleteIfExists(file);
    return file;
  }

  private void verify(Handle handle, Day day) throws IOException {
    Stored stored = requireNonNull(day.stored());
    requireSame("The manifest", stored, manifest(day.date()).stored());
    try (InputStream in = open(day.date())) {
      requireSame(stored, ArchiveFile.read(in, OutputStream.nullOutputStream()));
    }
    handle.useTransaction(in -> DayStore.verified(in, day.date(), clock.instant()));
  }

  private ArchiveManifest manifest(LocalDate date) throws IOException {
    try {
      return ArchiveManifest.read(depot, date);
    } catch (NoSuchFileException gone) {
      throw new ArchiveManifest.Damaged(ArchiveManifest.manifest(date) + " is not there");
    }
  }

  private InputStream open(LocalDate date) throws IOException {
    try {
      return depot.open(ArchiveManifest.file(date));
    } catch (NoSuchFileException gone) {
      throw new ArchiveManifest.Damaged(ArchiveManifest.file(date) + " is not there");
    }
  }

  private static void requireSame(Stored expected, ArchiveFile.Content content)
      throws ArchiveManifest.Damaged {
    requireSame(
        "The file",
        expected,
        new Stored(content.rows(), content.bytes(), content.sha256(), expected.archivedAt(), null));
  }

  private static void requireSame(String what, Stored expected, Stored found)
      throws ArchiveManifest.Damaged {
    if (expected.rows() != found.rows()
        || expected.bytes() != found.bytes()
        || !expected.sha256().equals(found.sha256())) {
      throw new ArchiveManifest.Damaged(
          "%s has %d rows, %d bytes, SHA-256 %s; archived were %d rows, %d bytes, SHA-256 %s"
              .formatted(
                  what,
                  found.rows(),
                  found.bytes(),
                  found.sha256(),
                  expected.rows(),
                  expected.bytes(),
                  expected.sha256()));
    }
  }

  /// Looks once more whether the archive is there: it may have been verified before this server was
  /// down for a week.
  private void drop(Handle handle, Day day) throws IOException {
    Stored stored = requireNonNull(day.stored());
    OptionalLong bytes = depot.size(ArchiveManifest.file(day.date()));
    if (bytes.isEmpty() || bytes.getAsLong() != stored.bytes()) {
      throw new ArchiveManifest.Damaged(
          ArchiveManifest.file(day.date()) + " is not there as it was archived");
    }
    handle.useTransaction(in -> {
      Partitions.holdDrops(in);
      PartitionStore.drop(in, day.date());
      DayStore.dropped(in, day.date(), clock.instant());
    });
  }

  /// The file is checked whole before a row of it is believed. What was erased since it was written
  /// does not come back.
  private void restore(Handle handle, Day day) throws IOException {
    LocalDate date = day.date();
    ArchiveManifest manifest = manifest(date);
    Stored stored = requireNonNull(day.stored());
    requireSame("The manifest", stored, manifest.stored());
    Path file = fresh(ArchiveManifest.file(date));
    try {
      try (InputStream in = open(date)) {
        long _ = Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
      }
      try (InputStream in = Files.newInputStream(file)) {
        requireSame(stored, ArchiveFile.read(in, OutputStream.nullOutputStream()));
      }
      load(handle, date, manifest.columns(), file);
      deleteErased(handle, date);
      attach(handle, date);
      // once more: who erases a device meanwhile does not see a table that is no partition yet
      deleteErased(handle, date);
      partitions.changed(handle);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /// In short transactions: who follows the changes of the fleet sees none that is newer than the
  /// oldest transaction. What somebody who died has left of an earlier try is begun anew.
  private static void load(Handle handle, LocalDate date, List<String> columns, Path file)
      throws IOException {
    handle.useTransaction(in -> {
      PartitionStore.drop(in, date);
      PartitionStore.create(in, date);
      PartitionStore.protect(in, date);
      PartitionStore.bound(in, date);
      PartitionStore.openToOwner(in, date);
    });
    try {
      Set<String> known = Set.copyOf(PartitionStore.columns(handle, date));
      if (!known.containsAll(columns)) {
        throw new ArchiveManifest.Damaged("The archive has columns that the history does not have");
      }
      try (ArchiveFile.Parts parts = ArchiveFile.parts(file, ROWS_AT_ONCE)) {
        while (parts.next()) {
          handle.useTransaction(in -> PartitionStore.copyIn(in, date, columns, parts));
        }
      }
    } catch (IOException | RuntimeException failure) {
      leave(handle, date, failure);
      throw failure;
    }
  }

  /// What is loaded in part takes room for nothing.
  private static void leave(Handle handle, LocalDate date, Exception failure) {
    try {
      handle.useTransaction(in -> PartitionStore.drop(in, date));
    } catch (RuntimeException left) {
      failure.addSuppressed(left);
    }
  }

  /// Gives way to whoever has the history locked, and tries again: what is loaded is worth it.
  private void attach(Handle handle, LocalDate date) {
    for (int attempt = 1; ; attempt++) {
      try {
        handle.useTransaction(in -> {
          Partitions.hold(in);
          PartitionStore.closeToOwner(in, date);
          PartitionStore.waitBriefly(in);
          PartitionStore.attach(in, date);
          Instant now = clock.instant();
          DayStore.restored(in, date, now, now.plus(restoredKept));
        });
        return;
      } catch (RuntimeException failure) {
        if (attempt == TRIES) {
          leave(handle, date, failure);
          throw failure;
        }
      }
    }
  }

  private static void deleteErased(Handle handle, LocalDate date) {
    Set<KnownDevices.Key> erased =
        handle.inTransaction(in -> {
          PartitionStore.asReaderOfAll(in);
          return KnownDevices.missing(in, PartitionStore.devices(in, date));
        });
    for (KnownDevices.Key key : erased) {
      handle.useTransaction(in -> {
        PartitionStore.asReaderOfAll(in);
        PartitionStore.delete(in, PartitionStore.table(date), key.organization(), key.device());
      });
    }
  }
}
