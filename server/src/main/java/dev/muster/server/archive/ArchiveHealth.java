package dev.muster.server.archive;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Whether days can be archived, and archives be read.
public final class ArchiveHealth {
  /// Fewer failures in a row may pass by themselves.
  private static final int TRIES = 3;

  private ArchiveHealth() {}

  /// What is wrong, in a sentence for people; empty when nothing is.
  public static Optional<String> problem(Handle handle) {
    return problem(DayStore.all(handle));
  }

  static Optional<String> problem(List<Day> days) {
    List<Day> wrong = days.stream().filter(ArchiveHealth::isWrong).toList();
    return wrong.stream()
        .findFirst()
        .map(day -> {
          Day.Trouble trouble = day.trouble();
          return "The heartbeats of %s%s cannot be archived, verified or restored: %s"
              .formatted(
                  day.date(),
                  wrong.size() == 1 ? "" : " and of " + (wrong.size() - 1) + " other days",
                  trouble == null ? "" : trouble.said());
        });
  }

  /// A day that is only in the archive is not tried again by itself.
  private static boolean isWrong(Day day) {
    return day.trouble() != null
        && (day.trouble().times() >= TRIES || day.state() == Day.State.DROPPED);
  }
}
