package dev.muster.server.archive;

import dev.muster.protocol.Json;
import dev.muster.server.archive.Day.State;
import dev.muster.server.archive.Day.Wish;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The door by which people see the days of the history and ask for something to be done with one.
/// It is done by [ArchiveJob], which a worker runs within seconds; the day says how far it is.
@Singleton
public class Archives {
  private final Database database;
  private final InstantSource clock;
  private final Audit audit;
  private final Depots depots;

  Archives(Database database, InstantSource clock, Audit audit, Depots depots) {
    this.database = database;
    this.clock = clock;
    this.audit = audit;
    this.depots = depots;
  }

  /// Newest first.
  Slice<Day> list(Caller caller, int limit, long offset) {
    caller.require(Right.KEEP_ARCHIVES);
    List<Day> all = database.acrossOrganizations(DayStore::all).reversed();
    return new Slice<>(all.size(), all.stream().skip(offset).limit(limit).toList());
  }

  Day show(Caller caller, LocalDate date) {
    caller.require(Right.KEEP_ARCHIVES);
    return database.acrossOrganizations(handle -> require(handle, date));
  }

  private static Day require(Handle handle, LocalDate date) {
    return DayStore.find(handle, date).orElseThrow(Archives::noSuchDay);
  }

  private static Refusal noSuchDay() {
    return Refusal.notFound("day");
  }

  /// Takes a day that is over out of the database, before its time.
  Day archive(Caller caller, LocalDate date) {
    caller.require(Right.KEEP_ARCHIVES);
    boolean over = date.isBefore(Day.of(clock.instant()));
    return database.acrossOrganizations(handle -> {
      Day day = require(handle, date);
      if (!over) {
        throw wrongState("The day is not over.");
      }
      return switch (day.state()) {
        case ATTACHED, RESTORED -> wish(handle, caller, day, Wish.ARCHIVE);
        case DETACHING, DETACHED, ARCHIVED, VERIFIED -> day;
        case DROPPED -> throw wrongState("The day is archived already.");
      };
    });
  }

  /// Reads an archive back.
  Day verify(Caller caller, LocalDate date) {
    caller.require(Right.KEEP_ARCHIVES);
    return database.acrossOrganizations(handle -> {
      Day day = require(handle, date);
      if (day.stored() == null) {
        throw wrongState("The day has no archive.");
      }
      return wish(handle, caller, day, Wish.VERIFY);
    });
  }

  /// Reads all archives back.
  ///
  /// @return how many
  int verifyAll(Caller caller) {
    caller.require(Right.KEEP_ARCHIVES);
    return database.acrossOrganizations(handle -> {
      int days = DayStore.wishAllVerified(handle);
      audit.record(
          handle,
          caller,
          Change.of("archive.verification_asked", "archive", "all")
              .to(new Json.Obj(Map.of("days", Json.of(days)))));
      return days;
    });
  }

  /// Brings a day back from its archive, for a while. Its archive may be unknown to this database,
  /// as one from before it was restored itself.
  Day restore(Caller caller, LocalDate date) {
    caller.require(Right.KEEP_ARCHIVES);
    Optional<Day> known = database.acrossOrganizations(handle -> DayStore.find(handle, date));
    Optional<ArchiveManifest> found = known.isPresent() ? Optional.empty() : manifest(date);
    return database.acrossOrganizations(handle -> {
      found.ifPresent(manifest -> DayStore.known(handle, date, manifest.stored(), clock.instant()));
      Day day = require(handle, date);
      if (day.state() != State.DROPPED) {
        throw wrongState("The day is in the database.");
      }
      return wish(handle, caller, day, Wish.RESTORE);
    });
  }

  private Optional<ArchiveManifest> manifest(LocalDate date) {
    try {
      return Optional.of(ArchiveManifest.read(depots.depot(), date));
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  private Day wish(Handle handle, Caller caller, Day day, Wish wish) {
    if (!DayStore.wish(handle, day.date(), wish)) {
      Day present = require(handle, day.date());
      if (present.wish() == wish) {
        return present;
      }
      throw wrongState("Something else is asked of the day and not done yet; wait until it is.");
    }
    String action =
        switch (wish) {
          case ARCHIVE -> "archive.asked";
          case VERIFY -> "archive.verification_asked";
          case RESTORE -> "archive.restore_asked";
        };
    audit.record(handle, caller, Change.of(action, "archive", day.date()));
    return require(handle, day.date());
  }

  private static Refusal wrongState(String sentence) {
    return Refusal.of(ErrorCode.ARCHIVE_STATE, sentence);
  }
}
