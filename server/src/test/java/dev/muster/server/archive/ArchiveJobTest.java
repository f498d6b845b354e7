package dev.muster.server.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.archive.Day.State;
import dev.muster.server.archive.Day.Wish;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// A day leaves the database when its archive has been read back, and comes back as it was.
@TestInstance(Lifecycle.PER_CLASS)
class ArchiveJobTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final ArchiveWorld room = ArchiveWorld.open();
  private final Depot depot = room.files();
  private LocalDate day = room.today();

  @AfterAll
  void close() {
    room.close();
  }

  /// Each test has a day of its own, which is over.
  @BeforeEach
  void nextDay() {
    day = room.today();
    room.heartbeats(room.device(), Day.begin(day), 50);
    room.world().clock().advance(Duration.ofDays(1));
    room.partitions().prepare();
  }

  private void runAgain(Depot depot) {
    room.world().clock().advance(HOUR); // whatever the pause after a failure is
    room.job(depot).run();
  }

  private Path archive() {
    return room.folder().resolve("archive").resolve(ArchiveManifest.file(day));
  }

  private void archived() {
    room.wish(day, Wish.ARCHIVE);
    room.job(depot).run();
    assertThat(room.day(day).state()).isEqualTo(State.DROPPED);
  }

  @Test
  void aDayIsArchivedVerifiedAndDroppedAndComesBackAsItWas() throws IOException {
    String before = room.content(day);
    archived();

    assertThat(room.tableIsThere(day)).isFalse();
    assertThat(room.rows(day)).isZero();
    try (InputStream csv = new GZIPInputStream(Files.newInputStream(archive()))) {
      assertThat(new String(csv.readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("organization_id,device_id,bucket,taken_at,");
    }
    Day.Stored stored = Objects.requireNonNull(room.day(day).stored());
    assertThat(stored.rows()).isEqualTo(50);
    assertThat(stored.verifiedAt()).isNotNull();
    assertThat(ArchiveManifest.read(depot, day).stored().sha256()).isEqualTo(stored.sha256());
    assertThat(room.folder().resolve("work")).isEmptyDirectory();

    room.wish(day, Wish.RESTORE);
    room.job(depot).run();

    assertThat(room.day(day).state()).isEqualTo(State.RESTORED);
    assertThat(room.content(day)).isEqualTo(before).isNotEmpty();
  }

  @Test
  void whatIsOlderThanTheRetentionGoesByItselfAndIsRefusedFromThenOn() {
    room.world().clock().advance(Duration.ofDays(90));
    room.partitions().prepare();
    room.job(depot).run();

    assertThat(room.day(day).state()).isEqualTo(State.DROPPED);
    assertThat(room.day(day.plusDays(1)).state()).isEqualTo(State.ATTACHED);
    assertThat(room.partitions().oldest()).isEqualTo(Day.begin(day.plusDays(1)));
  }

  /// Dies at each call to the place of the archives, one after the other, and goes on.
  @Test
  void whoDiesAtAnyStepIsFollowedByOneWhoGoesOn() {
    String before = room.content(day);
    room.wish(day, Wish.ARCHIVE);
    int deaths = 0;
    while (room.day(day).state() != State.DROPPED) {
      runAgain(new FailingDepot(depot, deaths));
      boolean dropped = !room.tableIsThere(day);
      assertThat(dropped).isEqualTo(room.day(day).state() == State.DROPPED);
      deaths++;
    }
    assertThat(deaths).isGreaterThan(3);
    room.wish(day, Wish.RESTORE);
    runAgain(depot);
    assertThat(room.content(day)).isEqualTo(before);
  }

  @Test
  void aDetachmentThatWasCutShortIsFinished() throws SQLException {
    room.job(depot).run(); // so that no day is left to freeze, which would wait for the reader
    room.wish(day, Wish.ARCHIVE);
    try (Connection reader = room.database().dataSource().getConnection();
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("select count(*) from telemetry.heartbeat");
      room.job(depot).run();
      assertThat(link()).isEqualTo(PartitionStore.Link.PENDING);
      assertThat(Objects.requireNonNull(room.day(day).trouble()).times()).isEqualTo(1);
      assertThat(room.day(day).state()).isEqualTo(State.DETACHING);
      assertThat(room.rows(day)).as("rows of a day that is being detached").isZero();
      reader.rollback();
      reader.setAutoCommit(true);
    }
    runAgain(depot);

    assertThat(room.day(day).state()).isEqualTo(State.DROPPED);
    assertThat(room.day(day).trouble()).isNull();
  }

  private PartitionStore.Link link() {
    return room.database().asOwner(handle -> PartitionStore.link(handle, day));
  }

  /// The states in which a worker may die without having written down that a step was done.
  @Test
  void aStepThatWasDoneAndNotWrittenDownIsNotInTheWay() {
    room.database()
        .asOwner(handle -> {
          DayStore.detaching(handle, day);
          return day;
        });
    room.database()
        .outsideTransaction(handle -> {
          PartitionStore.detach(handle, day);
          return day;
        });
    room.job(depot).run();
    assertThat(room.day(day).state()).isEqualTo(State.DROPPED);
  }

  @Test
  void whatWasArchivedBadlyIsNotDroppedButArchivedAgain() throws IOException {
    String before = room.content(day);
    room.wish(day, Wish.ARCHIVE);
    room.job(new GarblingDepot(depot)).run();

    assertThat(room.tableIsThere(day)).isTrue();
    assertThat(room.day(day).state()).isEqualTo(State.DETACHED);
    assertThat(Objects.requireNonNull(room.day(day).trouble()).said()).contains("gzip");
    assertThat(problem()).as("one failure may pass").doesNotContain(day.toString());

    runAgain(depot);
    assertThat(room.day(day).state()).isEqualTo(State.DROPPED);
    room.wish(day, Wish.RESTORE);
    room.job(depot).run();
    assertThat(room.content(day)).isEqualTo(before);
  }

  @Test
  void anArchiveThatWasChangedIsFoundAndNotRestored() throws IOException {
    archived();
    byte[] bytes = Files.readAllBytes(archive());
    bytes[bytes.length / 2] ^= 1;
    Files.write(archive(), bytes);

    room.wish(day, Wish.VERIFY);
    room.job(depot).run();
    assertThat(problem()).contains(day.toString());

    room.wish(day, Wish.RESTORE);
    room.job(depot).run();
    assertThat(room.day(day).state()).isEqualTo(State.DROPPED);
    assertThat(room.tableIsThere(day)).isFalse();

    bytes[bytes.length / 2] ^= 1;
    Files.write(archive(), bytes);
    room.wish(day, Wish.VERIFY);
    room.job(depot).run();
    assertThat(room.day(day).trouble()).isNull();
  }

  private String problem() {
    return room.world().sql(ArchiveHealth::problem).orElse("");
  }

  @Test
  void anArchiveThatIsGoneBeforeTheDropKeepsTheDay() {
    room.wish(day, Wish.ARCHIVE);
    room.job(new ForgettingDepot(depot)).run();

    assertThat(room.tableIsThere(day)).isTrue();
    assertThat(room.day(day).state()).isEqualTo(State.DETACHED);
  }

  @Test
  void aFolderThatCannotBeWrittenIsTriedLessAndLessOftenAndIsAProblem() throws IOException {
    Path file = Files.createTempFile("no", "folder");
    Depot none = new FolderDepot(file);
    room.wish(day, Wish.ARCHIVE);
    for (int i = 0; i < 3; i++) {
      runAgain(none);
    }
    room.job(none).run(); // too soon

    assertThat(Objects.requireNonNull(room.day(day).trouble()).times()).isEqualTo(3);
    assertThat(problem()).contains(day.toString());
    assertThat(room.metrics().counter("muster.archive.failures").count()).isGreaterThanOrEqualTo(3);
    runAgain(depot);
    assertThat(problem()).doesNotContain(day.toString());
  }

  @Test
  void aRestoredDayStaysForAWhileAndGoesWithoutBeingArchivedAgain() throws IOException {
    archived();
    byte[] bytes = Files.readAllBytes(archive());
    room.wish(day, Wish.RESTORE);
    room.job(depot).run();
    room.job(depot).run();
    assertThat(room.day(day).state()).isEqualTo(State.RESTORED);
    assertThat(room.partitions().oldest()).isAfter(Day.begin(day));

    room.world().clock().advance(Duration.ofDays(7));
    room.partitions().prepare();
    room.job(depot).run();

    assertThat(room.day(day).state()).isEqualTo(State.DROPPED);
    assertThat(room.tableIsThere(day)).isFalse();
    assertThat(Files.readAllBytes(archive())).isEqualTo(bytes);
  }

  /// Whoever follows the changes of the fleet sees none that is newer than the oldest transaction.
  @Test
  void aDayThatIsRestoredIsLoadedInTransactionsOfItsOwnAndKeptWhileTheHistoryIsLocked()
      throws SQLException, InterruptedException {
    String before = room.content(day);
    archived();
    room.wish(day, Wish.RESTORE);
    try (Connection other = room.database().dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("lock table telemetry.heartbeat in share update exclusive mode");
      Thread restorer = Thread.ofVirtual().start(() -> room.job(depot).run());
      await(() -> room.tableIsThere(day) && rowsOfTheTable() == 50);
      assertThat(link()).isEqualTo(PartitionStore.Link.ALONE);
      other.rollback();
      other.setAutoCommit(true);
      assertThat(restorer.join(Duration.ofSeconds(60))).isTrue();
    }

    assertThat(room.day(day).state()).isEqualTo(State.RESTORED);
    assertThat(room.content(day)).isEqualTo(before).isNotEmpty();
  }

  private int rowsOfTheTable() {
    return room.world()
        .<Integer>sql(handle ->
            handle
                .createQuery("select count(*) from " + PartitionStore.table(day))
                .mapTo(Integer.class)
                .one());
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
  }

  @Test
  void aRestoreBeginsAnewWhereOneBroke() {
    String before = room.content(day);
    DeviceId device = room.device();
    archived();
    room.database()
        .asOwner(handle -> {
          PartitionStore.create(handle, day);
          return handle.execute(
              "insert into %s (organization_id, device_id, bucket, taken_at, received_at, rest) values (?, ?, ?, now(), now(), '{}')"
                  .formatted(PartitionStore.table(day)),
              room.tenant().organization().value(),
              device.value(),
              Day.begin(day));
        });

    room.wish(day, Wish.RESTORE);
    room.job(depot).run();

    assertThat(room.day(day).state()).isEqualTo(State.RESTORED);
    assertThat(room.content(day)).isEqualTo(before);
  }

  @Test
  void aDayThatComesBackWhileDaysAndTablesAreComparedIsNotForgotten() throws InterruptedException {
    archived();
    room.wish(day, Wish.RESTORE);
    Thread restorer =
        room.database()
            .asOwner(handle -> {
              Partitions.hold(handle);
              List<String> tables = PartitionStore.tables(handle);
              Thread started = Thread.ofVirtual().start(() -> room.job(depot).run());
              await(() ->
                  isWaitedFor(handle)
                      || DayStore.find(handle, day).orElseThrow().state() == State.RESTORED);
              DayStore.forgetMissing(handle, tables);
              return started;
            });
    assertThat(restorer.join(Duration.ofSeconds(60))).isTrue();

    assertThat(room.day(day).state()).isEqualTo(State.RESTORED);
    assertThat(room.rows(day)).isEqualTo(50);
  }

  private static boolean isWaitedFor(Handle handle) {
    return handle
        .createQuery(
            """
            select exists (
              select from pg_locks l join pg_database d on d.oid = l.database
              where d.datname = current_database() and l.locktype = 'advisory' and not l.granted)
            """)
        .mapTo(Boolean.class)
        .one();
  }

  @Test
  void whatIsAskedOfADayIsNotReplacedByWhatIsAskedNext() {
    Archives archives =
        new Archives(
            room.database(),
            room.world().clock(),
            Audits.on(room.world().clock()),
            new Depots(TestSettings.of(Map.of())));
    Caller admin =
        new Caller.Person(room.tenant().organization(), Ids.next(), Role.ADMIN, true, false);
    archived();
    assertThat(archives.restore(admin, day).wish()).isEqualTo(Wish.RESTORE);
    assertThat(archives.restore(admin, day).wish()).isEqualTo(Wish.RESTORE);

    assertThatThrownBy(() -> archives.verify(admin, day))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.ARCHIVE_STATE));

    room.job(depot).run();
    assertThat(room.day(day).state()).isEqualTo(State.RESTORED);
    assertThat(archives.verify(admin, day).wish()).isEqualTo(Wish.VERIFY);
  }

  @Test
  void whatWasErasedMeanwhileDoesNotComeBack() {
    DeviceId erased = new DeviceId(Ids.next());
    room.heartbeats(erased, Day.begin(day), 10);
    archived();

    room.wish(day, Wish.RESTORE);
    room.job(depot).run();

    assertThat(room.rows(day)).isEqualTo(50);
  }

  @Test
  void aDetachedDayForgetsTheDeviceThatIsErased() {
    DeviceId erased = room.device();
    room.heartbeats(erased, Day.begin(day), 10);
    room.wish(day, Wish.ARCHIVE);
    room.job(new FailingDepot(depot, 0)).run();
    assertThat(room.day(day).state()).isEqualTo(State.DETACHED);

    room.database()
        .in(
            room.tenant().organization(),
            handle -> {
              room.partitions().eraseDetached(handle, room.tenant().organization(), erased);
              return erased;
            });
    runAgain(depot);

    assertThat(Objects.requireNonNull(room.day(day).stored()).rows()).isEqualTo(50);
  }

  /// Whether an erasure comes before, within or after the detachment: it finds the rows in the
  /// history or beside it.
  @Test
  void whoIsErasedWhileADayIsDetachedLeavesNothingInIt() {
    List<DeviceId> devices = Stream.generate(room::device).limit(6).toList();
    devices.forEach(device -> room.heartbeats(device, Day.begin(day), 10));
    room.wish(day, Wish.ARCHIVE);

    Race.times(
        devices.size() + 1,
        number -> {
          if (number == devices.size()) {
            room.job(new FailingDepot(depot, 0)).run();
          } else {
            erase(devices.get(number));
          }
          return number;
        });
    while (room.day(day).state() != State.DETACHED) {
      runAgain(new FailingDepot(depot, 0));
    }

    assertThat(
            room.world()
                .<Integer>sql(handle ->
                    handle
                        .createQuery(
                            "select count(*) from "
                                + PartitionStore.table(day)
                                + " where device_id = any(:devices)")
                        .bindArray(
                            "devices", UUID.class, devices.stream().map(DeviceId::value).toList())
                        .mapTo(Integer.class)
                        .one()))
        .isZero();
  }

  private void erase(DeviceId device) {
    room.database()
        .in(
            room.tenant().organization(),
            handle -> {
              handle.execute(
                  "delete from telemetry.heartbeat where organization_id = ? and device_id = ?",
                  room.tenant().organization(),
                  device.value());
              room.partitions().eraseDetached(handle, room.tenant().organization(), device);
              return device;
            });
  }

  @Test
  void theOldestDayGoesEarlierWhenThereIsTooMuch() {
    long before = dropped();
    room.job(depot, 1).run();

    assertThat(dropped()).isEqualTo(before + 1);
    assertThat(room.metrics().counter("muster.archive.capped").count()).isPositive();
    assertThat(room.day(room.today()).state()).isEqualTo(State.ATTACHED);
  }

  @Test
  void aRestoredDayStaysForItsTimeHoweverMuchThereIsAndDoesNotCount() {
    archived();
    long others = room.database().<Long>asOwner(PartitionStore::bytes);
    room.wish(day, Wish.RESTORE);
    room.job(depot).run();
    long before = dropped();

    room.job(depot, others + 1).run();
    assertThat(dropped()).as("it does not push others out").isEqualTo(before);

    for (int i = 0; i < 4; i++) {
      room.job(depot, 1).run();
    }
    assertThat(dropped()).isGreaterThan(before);
    assertThat(room.day(day).state()).isEqualTo(State.RESTORED);
  }

  private long dropped() {
    return room.database().<List<Day>>asOwner(DayStore::all).stream()
        .filter(one -> one.state() == State.DROPPED)
        .count();
  }

  @Test
  void aDayThatIsOverIsFrozenOnce() throws SQLException {
    room.world().clock().advance(Duration.ofHours(2));
    room.job(depot).run();

    assertThat(room.day(day).times().frozenAt()).isNotNull();
    assertThat(room.day(room.today()).times().frozenAt()).isNull();
    assertThat(spans(day))
        .as("rows of a device are found by an index on days that are over")
        .containsExactly(
            new Partitions.Span(Day.begin(day), Day.begin(room.today()), true),
            new Partitions.Span(
                Day.begin(room.today()), room.world().clock().instant().plusSeconds(600), false));
    assertThat(deviceIndexIsValid(day)).isTrue();
    assertThat(
            room.database()
                .<Boolean>asOwner(handle ->
                    handle
                        .createQuery(
                            "select relallvisible > 0 and relallvisible = relpages from pg_class where oid = to_regclass(:t)")
                        .bind("t", PartitionStore.table(day))
                        .mapTo(Boolean.class)
                        .one()))
        .isTrue();
  }

  private List<Partitions.Span> spans(LocalDate from) {
    return room.database()
        .acrossOrganizations(
            handle -> room.partitions().spans(handle, Day.begin(from), Instant.MAX));
  }

  private boolean deviceIndexIsValid(LocalDate day) {
    return room.database()
        .<Boolean>asOwner(handle ->
            handle
                .createQuery(
                    "select indisvalid from pg_index where indexrelid = to_regclass(:index)")
                .bind("index", PartitionStore.table(day) + "_device")
                .mapTo(Boolean.class)
                .one());
  }

  @Test
  void whatIsStoredOnceForManyIsInTheArchiveOfEach() {
    DeviceId device = room.device();
    room.heartbeats(device, Day.begin(day).plusSeconds(7_200), 3);
    room.database()
        .in(
            room.tenant().organization(),
            handle -> {
              handle.execute(
                  """
                  insert into telemetry.detail (organization_id, id, body, used_on)
                  values (?, ?, jsonb_build_object('model', 'M "1"', 'k', 'of all'), ?)
                  """,
                  room.tenant().organization(),
                  device.value(),
                  day);
              return handle.execute(
                  "update telemetry.heartbeat set detail = device_id where device_id = ?",
                  device.value());
            });

    archived();
    room.wish(day, Wish.RESTORE);
    room.job(depot).run();

    assertThat(
            room.world()
                .<List<String>>sql(handle ->
                    handle
                        .createQuery(
                            """
                            select distinct concat_ws('|', rest ->> 'model', rest ->> 'k', detail)
                            from telemetry.heartbeat where device_id = :device
                            """)
                        .bind("device", device.value())
                        .mapTo(String.class)
                        .list()))
        .containsExactly("M \"1\"|line\\nbreak");
  }
}
