package dev.muster.server.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.device.DeviceId;
import dev.muster.server.testing.Race;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// There is a partition for each day on which a heartbeat may come, and for no other.
class PartitionsTest {
  private final ArchiveWorld room = ArchiveWorld.open();

  @AfterEach
  void close() {
    room.close();
  }

  private List<LocalDate> attached() {
    return room.database().<List<Day>>asOwner(DayStore::all).stream()
        .filter(day -> day.state() == Day.State.ATTACHED)
        .map(Day::date)
        .toList();
  }

  @Test
  void aNewServerHasTwoDaysBackAndTwoWeeksAhead() {
    LocalDate today = room.today();

    assertThat(attached()).hasSize(17).contains(today.minusDays(2), today, today.plusDays(14));
    assertThat(room.partitions().oldest()).isEqualTo(Day.begin(today.minusDays(2)));
  }

  @Test
  void aRowIsInTheDayOfUtcThatItsBucketIsOn() {
    DeviceId device = room.device();
    LocalDate today = room.today();
    room.heartbeats(device, Day.begin(today).minusSeconds(20), 4);

    assertThat(room.rows(today.minusDays(1))).isEqualTo(2);
    assertThat(room.rows(today)).isEqualTo(2);
    assertThatThrownBy(() -> room.heartbeats(device, Day.begin(today.minusDays(3)), 1))
        .hasMessageContaining("no partition");
  }

  @Test
  void daysInWhichNoServerRanAreMadeToo() {
    LocalDate today = room.today();
    room.world().clock().advance(Duration.ofDays(40));

    room.partitions().prepare();

    assertThat(attached()).hasSize(57).contains(today.plusDays(54));
    assertThat(room.partitions().oldest()).isEqualTo(Day.begin(today.minusDays(2)));
  }

  @Test
  void manyNodesThatStartAtOnceMakeEachDayOnce() {
    room.world().clock().advance(Duration.ofDays(3));

    Race.times(
        6,
        run -> {
          room.partitions().prepare();
          return run;
        });

    assertThat(attached()).hasSize(20);
  }

  @Test
  void aDatabaseFromABackupGetsPartitionsAnew() {
    LocalDate today = room.today();
    room.database()
        .asOwner(handle -> {
          for (LocalDate day : attached(handle)) {
            PartitionStore.drop(handle, day);
          }
          return today;
        });

    room.partitions().prepare();

    assertThat(attached()).hasSize(17);
    room.heartbeats(room.device(), Day.begin(today), 1);
  }

  private static List<LocalDate> attached(Handle handle) {
    return DayStore.all(handle).stream().map(Day::date).toList();
  }
}
