package dev.muster.server.organization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The count under races, with rows of the outbox in the place of devices.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuotasTest {
  private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();

  @AfterAll
  void close() {
    test.close();
  }

  private record Rows() implements QuotaUsage {
    @Override
    public Quota quota() {
      return Quota.DEVICES;
    }

    @Override
    public long used(Handle handle, OrganizationId organization) {
      return handle
          .createQuery("select count(*) from platform.outbox where organization_id = :organization")
          .bind("organization", organization)
          .mapTo(long.class)
          .one();
    }
  }

  private static Quotas limitedTo(long limit) {
    return new Quotas(
        TestSettings.of(Map.of("muster.quota.devices", Long.toString(limit))), List.of(new Rows()));
  }

  private boolean add(Quotas quotas, OrganizationId organization) {
    try {
      database.in(
          organization,
          handle -> {
            insert(handle, organization);
            quotas.require(handle, organization, Quota.DEVICES);
            return null;
          });
      return true;
    } catch (Refusal refusal) {
      return false;
    }
  }

  private static void insert(Handle handle, OrganizationId organization) {
    handle.execute(
        """
        insert into platform.outbox (id, organization_id, listener, event_type, body, created_at, due_at)
        values (?, ?, 'x', 'x', '{}', now(), now())
        """,
        Ids.next(),
        organization);
  }

  private long used(OrganizationId organization) {
    return database.in(organization, handle -> new Rows().used(handle, organization));
  }

  private long crowd() {
    return database.acrossOrganizations(QuotaStore::mostTransactions);
  }

  /// From where nobody waits to where all count.
  @Test
  void theLimitIsReachedExactlyFromFarBelow() {
    OrganizationId organization = Tenants.fresh(database);
    int limit = (int) (2 * crowd() + 30);
    Quotas quotas = limitedTo(limit);
    List<Boolean> added = Race.times(limit + 40, _ -> add(quotas, organization));
    assertThat(added.stream().filter(done -> done)).hasSize(limit);
    assertThat(used(organization)).isEqualTo(limit);
  }

  @Test
  void farBelowTheLimitNobodyWaitsForAnybody() throws InterruptedException {
    OrganizationId organization = Tenants.fresh(database);
    Quotas quotas = limitedTo(10 * crowd());
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Thread slow =
        Thread.ofVirtual()
            .start(() ->
                database.in(
                    organization,
                    handle -> {
                      insert(handle, organization);
                      quotas.require(handle, organization, Quota.DEVICES);
                      inside.countDown();
                      await(goOn);
                      return null;
                    }));
    inside.await();
    assertThat(add(quotas, organization)).isTrue();
    goOn.countDown();
    slow.join();
    assertThat(used(organization)).isEqualTo(2);
  }

  /// One who was let in without counting is counted by those who come near the limit, even though
  /// it has not committed yet.
  @Test
  void whoeverCountsWaitsForThoseWhomItCannotSee() throws InterruptedException {
    OrganizationId organization = Tenants.fresh(database);
    Quotas farFrom = limitedTo(10 * crowd());
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Thread slow =
        Thread.ofVirtual()
            .start(() ->
                database.in(
                    organization,
                    handle -> {
                      insert(handle, organization);
                      farFrom.require(handle, organization, Quota.DEVICES);
                      inside.countDown();
                      await(goOn);
                      return null;
                    }));
    inside.await();
    AtomicBoolean added = new AtomicBoolean();
    Thread near = Thread.ofVirtual().start(() -> added.set(add(limitedTo(1), organization)));
    waitForAWaiter();
    goOn.countDown();
    slow.join();
    near.join();
    assertThat(added).isFalse();
    assertThat(used(organization)).isEqualTo(1);
  }

  private void waitForAWaiter() {
    while (!database.<Boolean>acrossOrganizations(
        handle ->
            handle
                .createQuery(
                    "select exists (select from pg_locks where locktype = 'advisory' and not granted)")
                .mapTo(boolean.class)
                .one())) {
      Thread.onSpinWait();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }
}
