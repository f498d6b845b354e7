package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SealingJobTest {
  private final AuditRoom room = new AuditRoom();

  @AfterEach
  void close() {
    room.close();
  }

  private static List<Long> positions(AuditRoom.Log log) {
    return log.entries().stream()
        .map(named -> named.found().position())
        .filter(Objects::nonNull)
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  private static void assertWhole(AuditRoom.Log log, int entries) {
    Verdict verdict = log.verify();
    assertThat(verdict.problems()).isEmpty();
    assertThat(verdict.unsealed()).isZero();
    assertThat(verdict.head().position()).isEqualTo(entries);
    assertThat(positions(log)).isEqualTo(LongStream.rangeClosed(1, entries).boxed().toList());
  }

  @Test
  void eachOrganizationHasAChainOfItsOwn() {
    AuditRoom.Log one = room.log().with("a", "b");
    AuditRoom.Log other = room.log().with("a");
    one.with("c");

    room.sealing.run();

    assertWhole(one, 3);
    assertWhole(other, 1);
    assertThat(one.verify().head().hash()).isNotEqualTo(other.verify().head().hash());
  }

  @Test
  void aBatchIsBoundedAndARunGoesOnUntilNothingWaits() {
    AuditRoom.Log log = room.log();
    room.database.in(
        log.organization,
        handle -> {
          for (int i = 0; i < 1_200; i++) {
            room.audit.record(handle, log.admin, Change.of("thing.made", "thing", i));
          }
          return null;
        });

    assertThat(room.sealing.seal(500)).isEqualTo(500);
    assertThat(log.verify().unsealed()).isEqualTo(700);
    room.sealing.run();
    assertThat(log.verify().problems()).isEmpty();
    assertThat(log.verify().head().position()).isEqualTo(1_200);
    assertThat(room.sealing.seal(500)).isZero();
  }

  /// Its id and its time are before those of what is sealed already.
  @Test
  void anEntryThatIsCommittedLateIsSealedLate() throws Exception {
    AuditRoom.Log log = room.log();
    CountDownLatch mayCommit = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch written = new CountDownLatch(1);
      Future<Boolean> late =
          threads.submit(() ->
              room.database.in(
                  log.organization,
                  handle -> {
                    room.audit.record(handle, log.admin, Change.of("thing.made", "thing", "first"));
                    written.countDown();
                    return waited(mayCommit);
                  }));
      written.await();
      log.with("second").sealed();
      assertThat(positions(log)).containsExactly(1L);
      mayCommit.countDown();
      assertThat(late.get()).isTrue();
    }

    log.sealed();

    assertWhole(log, 2);
    assertThat(log.entries().getFirst().entry().target()).isEqualTo("second");
    assertThat(log.entries().getFirst().found().position()).isEqualTo(1);
  }

  private static boolean waited(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  @Test
  void writersAndTheSealersOfTwoNodesLeaveWholeChains() {
    List<AuditRoom.Log> logs = List.of(room.log(), room.log(), room.log());
    List<SealingJob> nodes =
        List.of(room.sealing, new SealingJob(room.database, room.clock, Audits.KEY));
    AtomicInteger writing = new AtomicInteger(9);

    List<Integer> sealed =
        Race.of(
            13,
            runner ->
                () -> {
                  if (runner < 9) {
                    for (int i = 0; i < 40; i++) {
                      logs.get(runner % 3)
                          .change(
                              Change.of("thing.made", "thing", runner + "-" + i)
                                  .to(Json.obj(Map.of("n", Json.of(i)))));
                    }
                    writing.decrementAndGet();
                    return 0;
                  }
                  if (runner == 12) {
                    int verified = 0;
                    while (writing.get() > 0) {
                      assertThat(logs.getFirst().verify().problems()).isEmpty();
                      verified++;
                    }
                    return -verified;
                  }
                  int count = 0;
                  while (writing.get() > 0) {
                    count += nodes.get(runner % 2).seal(7);
                  }
                  return count;
                });
    room.sealing.run();

    assertThat(sealed).anyMatch(count -> count > 0);
    logs.forEach(log -> assertWhole(log, 120));
  }

  /// The sealer stands in the middle of a batch when its connection is killed.
  @Test
  void aSealerThatDiesLeavesAChainThatGoesOn() throws Exception {
    AuditRoom.Log log = room.log().with("a").sealed().with("b", "c", "d");
    try (Connection superuser = TestPostgres.superuser(room.postgres.name());
        Statement statement = superuser.createStatement();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      superuser.setAutoCommit(false);
      statement.execute("lock table audit.head in share row exclusive mode");
      Future<Integer> sealer = threads.submit(() -> room.sealing.seal(500));
      String kill =
          """
          select pg_terminate_backend(pid)::text from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'
            and query like '%insert into audit.head%'
          """;
      while (room.texts(kill).isEmpty()) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(sealer::get).isInstanceOf(ExecutionException.class);
      superuser.rollback();
    }
    assertThat(positions(log)).containsExactly(1L);

    room.sealing.run();

    assertWhole(log, 4);
  }

  /// However long the log is: nothing of it is read but what waits.
  @Test
  void sealingReadsOnlyWhatWaits() {
    AuditRoom.Log log = room.log();
    room.asSuperuser(
        """
        insert into audit.entry (organization_id, id, at, actor_kind, action, target_kind,
          target_id, before, after, mac)
        select '%1$s', gen_random_uuid(), now(), 'server', 'thing.made', 'thing', n::text, '{}', '{}', ''
        from generate_series(1, 20000) n;
        analyze audit.entry
        """
            .formatted(log.organization));
    log.with("a", "b", "c");

    AuditRoom.Read read =
        room.database.acrossOrganizations(handle ->
            AuditRoom.Read.by(
                handle, reading -> assertThat(SealStore.waiting(reading, 500)).hasSize(3)));

    assertThat(read).isEqualTo(new AuditRoom.Read(0, 3));
  }
}
