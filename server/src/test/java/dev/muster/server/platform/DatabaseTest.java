package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.muster.server.testing.TestDatabase;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DatabaseTest {
  private final OrganizationId one = new OrganizationId(Ids.next());
  private final OrganizationId other = new OrganizationId(Ids.next());
  private TestDatabase test;
  private Database database;

  @BeforeAll
  void open() {
    test = TestDatabase.create();
    database = test.database();
    for (OrganizationId organization : new OrganizationId[] {one, other}) {
      database.in(organization, handle -> insert(handle, organization));
    }
  }

  @AfterAll
  void close() {
    test.close();
  }

  private static int insert(Handle handle, OrganizationId organization) {
    return handle.execute(
        """
        insert into platform.outbox (id, organization_id, listener, event_type, body, created_at, due_at)
        values (?, ?, 'x', 'x', '{}', now(), now())
        """,
        Ids.next(),
        organization.value());
  }

  private static int rows(Handle handle) {
    return handle.createQuery("select count(*) from platform.outbox").mapTo(int.class).one();
  }

  @Test
  void aTransactionSeesItsOrganizationOnly() {
    assertThat(database.in(one, DatabaseTest::rows)).isEqualTo(1);
    assertThat(database.in(new OrganizationId(Ids.next()), DatabaseTest::rows)).isZero();
    assertThat(database.<Integer>acrossOrganizations(DatabaseTest::rows)).isEqualTo(2);
  }

  @Test
  void nothingCanBeWrittenForAnotherOrganization() {
    assertThatThrownBy(() -> database.in(one, handle -> insert(handle, other)))
        .hasMessageContaining("row-level security");
  }

  @Test
  void whatIsBoundIsInNoMessage() {
    String secret = "correct-horse";
    for (String sql :
        new String[] {
          "insert into platform.outbox (listener) values (:it)",
          "select cast(:it as text), 1 from nowhere"
        }) {
      Throwable failure =
          catchThrowable(() ->
              database.in(one, handle -> handle.createUpdate(sql).bind("it", secret).execute()));
      assertThat(failure).isNotNull();
      for (Throwable t = failure; t != null; t = t.getCause()) {
        assertThat(t.toString()).doesNotContain(secret);
      }
    }
  }

  @Test
  void theLoginRoleItselfSeesNothing() throws SQLException {
    try (var connection = database.dataSource().getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select count(*) from platform.outbox")) {
      rows.next();
      assertThat(rows.getInt(1)).isZero();
    }
  }

  @Test
  void theOrganizationDoesNotOutliveTheTransaction() {
    int first = database.in(one, DatabaseTest::rows);
    assertThat(first).isEqualTo(1);
    UUID nobody = new UUID(0, 0);
    assertThat(database.in(new OrganizationId(nobody), DatabaseTest::rows)).isZero();
  }

  @Test
  void aTransactionInsideATransactionIsRefused() {
    assertThatThrownBy(
            () -> database.in(one, _ -> database.<Integer>acrossOrganizations(DatabaseTest::rows)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("hand on the Handle");
    assertThat(database.in(one, DatabaseTest::rows)).isEqualTo(1);
  }

  @Test
  void theVictimOfADeadlockIsRunAgain() throws Exception {
    database.acrossOrganizations(
        handle -> handle.execute("create temp table if not exists unused(x int)"));
    CyclicBarrier bothHoldOne = new CyclicBarrier(2);
    AtomicInteger runs = new AtomicInteger();
    Thread forth = Thread.ofVirtual().start(() -> lockBoth(1, 2, bothHoldOne, runs));
    Thread back = Thread.ofVirtual().start(() -> lockBoth(2, 1, bothHoldOne, runs));
    forth.join();
    back.join();
    assertThat(runs.get()).isEqualTo(3);
  }

  private void lockBoth(int first, int second, CyclicBarrier barrier, AtomicInteger runs) {
    database.acrossOrganizations(handle -> {
      boolean fresh = runs.incrementAndGet() <= 2;
      handle.execute("select pg_advisory_xact_lock(?)", 7_000 + first);
      if (fresh) {
        await(barrier);
      }
      handle.execute("select pg_advisory_xact_lock(?)", 7_000 + second);
      return first;
    });
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void aStatementThatTakesTooLongIsUnavailableAndNotAnError() {
    assertThatThrownBy(() ->
            database.in(
                one,
                handle -> {
                  handle.execute("set local statement_timeout = '50ms'");
                  return handle.execute("select pg_sleep(20)");
                }))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(refusal.retryAfter()).isNotNull();
            });
  }
}
