package dev.muster.server.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.archive.Day.State;
import dev.muster.server.archive.Day.Wish;
import dev.muster.server.archive.HaltingDepot.Halt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Archivers in processes of their own are killed at every step of a day on its way out: the next
/// one goes on, no row is lost, and nothing is dropped whose archive was not read back.
@SuppressWarnings("NullAway.Init") // set before each test
class ArchiverKilledTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROWS = 600;

  private final ArchiveWorld room = ArchiveWorld.open();
  private final LocalDate day = room.today();
  private String content;

  @BeforeEach
  void aDayIsOver() {
    for (int device = 0; device < 3; device++) {
      room.heartbeats(room.device(), Day.begin(day), ROWS / 3);
    }
    room.world().clock().advance(Duration.ofDays(1));
    room.partitions().prepare();
    room.job(room.files()).run(); // no day is left to freeze
    content = room.content(day);
    room.wish(day, Wish.ARCHIVE);
  }

  @AfterEach
  void close() {
    room.close();
  }

  /// Starts later than the pause after a failure lasts.
  private ArchiverProcess start(Halt halt) {
    room.world().clock().advance(Duration.ofMinutes(5));
    return ArchiverProcess.start(room, day, halt);
  }

  private void killedAt(Halt halt) throws Exception {
    try (ArchiverProcess archiver = start(halt)) {
      archiver.awaitStanding();
      archiver.kill();
    }
    requireKept(halt.state());
  }

  /// One that is killed while PostgreSQL has it wait for a lock.
  private void killedWhileItWaits() throws Exception {
    try (ArchiverProcess archiver = start(Halt.NOWHERE)) {
      await(() -> isWaiting() || room.day(day).trouble() != null);
      archiver.kill();
    }
  }

  private static void await(BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PATIENCE);
      LockSupport.parkNanos(1_000_000);
    }
  }

  /// Whether PostgreSQL has somebody wait for a lock.
  private boolean isWaiting() {
    return room.database()
        .<Boolean>asOwner(handle ->
            handle
                .createQuery(
                    """
                    select exists (
                      select from pg_stat_activity
                      where datname = current_database() and wait_event_type = 'Lock')
                    """)
                .mapTo(Boolean.class)
                .one());
  }

  private PartitionStore.Link link() {
    return room.database().asOwner(handle -> PartitionStore.link(handle, day));
  }

  /// One that is not killed carries the day on until it is dropped, or that has failed.
  private void carriedOn() {
    room.world().clock().advance(Duration.ofMinutes(5));
    ArchiverProcess.carryOn(
        room.job(room.files()), room.database(), day, room.world().clock().instant());
  }

  /// The day is that far, and its table has every row.
  private void requireKept(State state) {
    assertThat(room.day(day).state()).isEqualTo(state);
    assertThat(room.tableIsThere(day)).isTrue();
    assertThat(contentOfItsTable()).isEqualTo(content);
  }

  private String contentOfItsTable() {
    return room.world()
        .sql(handle ->
            handle
                .createQuery(
                    "select string_agg(h::text, '|' order by organization_id, device_id, bucket) from "
                        + PartitionStore.table(day)
                        + " h")
                .mapTo(String.class)
                .one());
  }

  /// It is nowhere but in the archive, which was read back and has every row.
  private void requireArchived() {
    assertThat(room.day(day).state()).isEqualTo(State.DROPPED);
    assertThat(room.tableIsThere(day)).isFalse();
    Day.Stored stored = Objects.requireNonNull(room.day(day).stored());
    assertThat(stored.rows()).isEqualTo(ROWS);
    assertThat(stored.verifiedAt()).isNotNull();
    room.wish(day, Wish.RESTORE);
    room.job(room.files()).run();
    assertThat(room.content(day)).isEqualTo(content).isNotEmpty();
  }

  @Test
  void whoIsKilledBetweenTheStepsIsFollowedByOneWhoGoesOnAndNoRowIsLost() throws Exception {
    for (Halt halt : stops()) {
      killedAt(halt);
    }
    carriedOn();
    requireArchived();
    assertThat(room.folder().resolve("work")).isEmptyDirectory();
  }

  private static List<Halt> stops() {
    return Arrays.stream(Halt.values()).filter(halt -> halt != Halt.NOWHERE).toList();
  }

  @Test
  void whoIsKilledWhileItDetachesOrDropsLeavesTheDayWhole() throws Exception {
    try (Connection reader = room.database().dataSource().getConnection();
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("select count(*) from telemetry.heartbeat");
      killedWhileItWaits();
      requireKept(State.DETACHING);
      await(() -> !isWaiting()); // PostgreSQL gives up what was asked for by one who is dead
      assertThat(link()).isEqualTo(PartitionStore.Link.PENDING);
      reader.rollback();

      killedAt(Halt.BEFORE_IT_IS_DROPPED);
      statement.execute("select count(*) from " + PartitionStore.table(day));
      killedWhileItWaits();
      reader.rollback();
      reader.setAutoCommit(true);
    }
    requireKept(State.VERIFIED);

    carriedOn();
    requireArchived();
  }

  /// What is damaged is found before the drop, and the day, of which nothing was lost, is archived
  /// again.
  @Test
  void anArchiveThatIsDamagedWhileNoArchiverRunsKeepsTheDay() throws Exception {
    for (Halt halt : List.of(Halt.BEFORE_IT_IS_VERIFIED, Halt.BEFORE_IT_IS_DROPPED)) {
      killedAt(halt);
      Path archive = room.folder().resolve("archive").resolve(ArchiveManifest.file(day));
      byte[] bytes = Files.readAllBytes(archive);
      Files.write(archive, Arrays.copyOf(bytes, bytes.length / 2));

      carriedOn();
      requireKept(State.DETACHED);
    }
    carriedOn();
    requireArchived();
  }
}
