package dev.muster.server.notification;

import dev.muster.server.alert.RuleKind;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.GroupId;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// When alerts are not told to anybody; they are recorded all the same.
///
/// @param until null when it has no end
/// @param weekly null when it is in force all the time from its begin to its end
public record Mute(
    UUID id,
    Of of,
    Instant from,
    @Nullable Instant until,
    @Nullable Weekly weekly,
    String reason,
    Instant createdAt) {

  /// Which alerts; what is null does not matter.
  ///
  /// @param handle of the device
  public record Of(
      @Nullable DeviceId device,
      @Nullable String handle,
      @Nullable GroupId group,
      @Nullable RuleKind kind) {}

  /// A window that comes back each week.
  ///
  /// @param days on which it begins
  /// @param minutes how long it lasts, a week at the most
  public record Weekly(Set<DayOfWeek> days, LocalTime from, int minutes, ZoneId zone) {
    static final int WEEK = 7 * 24 * 60;

    public Weekly {
      days = Set.copyOf(days);
    }

    boolean covers(Instant time) {
      LocalDate day = time.atZone(zone).toLocalDate();
      for (int back = 0; back <= 7; back++) {
        LocalDate begins = day.minusDays(back);
        Instant from = ZonedDateTime.of(begins, this.from, zone).toInstant();
        if (days.contains(begins.getDayOfWeek())
            && !time.isBefore(from)
            && time.isBefore(from.plusSeconds(60L * minutes))) {
          return true;
        }
      }
      return false;
    }
  }

  /// Whether it is in force at this time for alerts of this kind.
  boolean covers(RuleKind kind, Instant time) {
    return (of.kind() == null || of.kind() == kind)
        && !time.isBefore(from)
        && (until == null || time.isBefore(until))
        && (weekly == null || weekly.covers(time));
  }
}
