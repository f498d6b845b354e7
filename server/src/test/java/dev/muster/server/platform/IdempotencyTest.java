package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Keys on a database, without HTTP: what crashes, races and other nodes do to them.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class IdempotencyTest {
  private static final String REQUEST = "one";
  private static final String ANOTHER_REQUEST = "another";

  private static final ThreadLocal<@Nullable Claim> CURRENT = new ThreadLocal<>();

  private final MutableClock clock = new MutableClock();
  private final OrganizationId organization = new OrganizationId(Ids.next());
  private TestDatabase test;
  private Node node;
  private Node second;

  /// One server process: what it knows of a request is not known to the other.
  private final class Node {
    final Database database =
        new Database(test.database().dataSource(), CURRENT::get, Tracing.off(), List.of());
    final Idempotency idempotency =
        new Idempotency(
            database,
            clock,
            MasterKey.of(Base64.getUrlEncoder().encodeToString(new byte[32])),
            TestSettings.of(Map.of()));

    /// A request from its beginning to its answer.
    String post(Idempotency.Key key, String request, Runnable work) {
      return switch (idempotency.begin(key, request)) {
        case Idempotency.Start.Again(String answer) -> answer;
        case Idempotency.Start.First(Claim claim) -> {
          run(claim, work);
          String answer = "answer " + claim.id();
          idempotency.answered(claim, answer);
          yield answer;
        }
      };
    }

    /// A request that does its work and dies before it is answered.
    Claim crash(Idempotency.Key key, String request, Runnable work) {
      Claim claim = ((Idempotency.Start.First) idempotency.begin(key, request)).claim();
      run(claim, work);
      return claim;
    }

    void run(Claim claim, Runnable work) {
      CURRENT.set(claim);
      try {
        work.run();
      } finally {
        CURRENT.remove();
      }
    }

    void write(String what) {
      database.in(organization, handle -> insert(handle, organization, what));
    }
  }

  @BeforeAll
  void open() {
    test = TestDatabase.create();
    node = new Node();
    second = new Node();
  }

  @AfterAll
  void close() {
    test.close();
  }

  private static int insert(Handle handle, OrganizationId organization, String what) {
    return handle.execute(
        """
        insert into platform.outbox (id, organization_id, listener, event_type, body, created_at, due_at)
        values (?, ?, ?, 'x', '{}', now(), now())
        """,
        Ids.next(),
        organization.value(),
        what);
  }

  private int written(String what) {
    return test.database()
        .<Integer>acrossOrganizations(handle ->
            handle
                .createQuery("select count(*) from platform.outbox where listener = :what")
                .bind("what", what)
                .mapTo(int.class)
                .one());
  }

  private Idempotency.Key key(String text) {
    return new Idempotency.Key(organization, "person", new UUID(0, 1), text);
  }

  private static ErrorCode code(Throwable refusal) {
    return ((Refusal) refusal).code();
  }

  @Test
  void theSameRequestIsAnsweredAsTheFirstWas() {
    String first = node.post(key("same"), REQUEST, () -> node.write("same"));
    assertThat(node.post(key("same"), REQUEST, () -> node.write("same"))).isEqualTo(first);
    assertThat(second.post(key("same"), REQUEST, () -> second.write("same"))).isEqualTo(first);
    assertThat(written("same")).isEqualTo(1);
  }

  @Test
  void anotherRequestWithTheKeyIsRefused() {
    node.post(key("reused"), REQUEST, () -> node.write("reused"));
    assertThatThrownBy(() -> node.post(key("reused"), ANOTHER_REQUEST, () -> node.write("reused")))
        .satisfies(
            failure -> assertThat(code(failure)).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSED));
    assertThat(written("reused")).isEqualTo(1);
  }

  @Test
  void theSameKeyOfAnotherCallerIsAnotherKey() {
    Idempotency.Key mine = key("shared");
    List<Idempotency.Key> others =
        List.of(
            new Idempotency.Key(organization, "person", new UUID(0, 2), "shared"),
            new Idempotency.Key(organization, "key", mine.callerId(), "shared"),
            new Idempotency.Key(
                new OrganizationId(Ids.next()), "person", mine.callerId(), "shared"));
    String first = node.post(mine, REQUEST, () -> node.write("shared"));
    for (Idempotency.Key other : others) {
      assertThat(node.post(other, REQUEST, () -> node.write("shared"))).isNotEqualTo(first);
    }
    assertThat(written("shared")).isEqualTo(4);
  }

  @Test
  void aCrashBetweenTheWorkAndTheAnswerIsNeverDoneAgain() {
    node.crash(key("crash"), REQUEST, () -> node.write("crash"));
    assertThatThrownBy(() -> second.post(key("crash"), REQUEST, () -> second.write("crash")))
        .satisfies(failure -> {
          assertThat(code(failure)).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_IN_USE);
          assertThat(((Refusal) failure).retryAfter()).isNotNull();
        });
    clock.advance(Idempotency.RUNS_AT_MOST);
    assertThatThrownBy(() -> second.post(key("crash"), REQUEST, () -> second.write("crash")))
        .satisfies(
            failure -> assertThat(code(failure)).isEqualTo(ErrorCode.IDEMPOTENCY_OUTCOME_UNKNOWN))
        .hasMessageContaining("GET");
    assertThat(written("crash")).isEqualTo(1);
  }

  @Test
  void anErrorAfterTheWorkIsToldAtOnce() {
    Claim claim = node.crash(key("error"), REQUEST, () -> node.write("error"));
    node.idempotency.unanswered(claim);
    assertThatThrownBy(() -> node.post(key("error"), REQUEST, () -> node.write("error")))
        .satisfies(
            failure -> assertThat(code(failure)).isEqualTo(ErrorCode.IDEMPOTENCY_OUTCOME_UNKNOWN));
    assertThat(written("error")).isEqualTo(1);
  }

  @Test
  void aCrashBeforeTheCommitLeavesTheKeyFree() {
    assertThatThrownBy(() ->
            node.crash(
                key("undone"),
                REQUEST,
                () ->
                    node.database.in(
                        organization,
                        handle -> {
                          insert(handle, organization, "undone");
                          throw new IllegalStateException("the process dies here");
                        })))
        .isInstanceOf(IllegalStateException.class);
    node.post(key("undone"), REQUEST, () -> node.write("undone"));
    assertThat(written("undone")).isEqualTo(1);
  }

  @Test
  void whatOnlyReadsAndIsRefusedTakesNoKey() {
    Claim claim =
        node.crash(key("mended"), REQUEST, () -> node.database.in(organization, handle -> 1));
    assertThat(claim.taken()).isFalse();
    node.post(key("mended"), ANOTHER_REQUEST, () -> node.write("mended"));
    assertThat(written("mended")).isEqualTo(1);
  }

  @Test
  void whatOnlyReadsAndIsAnsweredHasOneAnswerToo() {
    Runnable read = () -> node.database.in(organization, handle -> 1);
    String first = node.post(key("read"), REQUEST, read);
    assertThat(node.post(key("read"), REQUEST, read)).isEqualTo(first);
  }

  @Test
  void aDoorMayReadFirstAndOpenSeveralTransactions() {
    Runnable work =
        () -> {
          node.database.in(organization, handle -> 1);
          node.write("several");
          node.database.acrossOrganizations(handle -> insert(handle, organization, "several"));
        };
    String first = node.post(key("several"), REQUEST, work);
    assertThat(node.post(key("several"), REQUEST, work)).isEqualTo(first);
    assertThat(written("several")).isEqualTo(2);
  }

  @Test
  void theWorkMayBeThatOfAnotherOrganization() {
    OrganizationId made = new OrganizationId(Ids.next());
    Runnable work =
        () ->
            node.database.in(
                made,
                handle -> {
                  insert(handle, made, "foreign");
                  return handle
                      .createQuery("select current_setting('muster.organization')")
                      .mapTo(String.class)
                      .one();
                });
    String first = node.post(key("foreign"), REQUEST, work);
    assertThat(node.post(key("foreign"), REQUEST, work)).isEqualTo(first);
    assertThat(written("foreign")).isEqualTo(1);
  }

  @Test
  void aWorkThatIsRunAgainAfterADeadlockIsDoneOnce() {
    AtomicInteger tries = new AtomicInteger();
    node.post(
        key("deadlock"),
        REQUEST,
        () ->
            node.database.in(
                organization,
                handle -> {
                  insert(handle, organization, "deadlock");
                  if (tries.incrementAndGet() == 1) {
                    handle.execute(
                        "do $$ begin raise exception 'victim' using errcode = '40P01'; end $$");
                  }
                  return null;
                }));
    assertThat(tries).hasValue(2);
    assertThat(written("deadlock")).isEqualTo(1);
  }

  @Test
  void whileTheFirstRunsTheSecondIsToldSo() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Thread first =
        Thread.ofVirtual()
            .start(() ->
                node.post(
                    key("slow"),
                    REQUEST,
                    () ->
                        node.database.in(
                            organization,
                            handle -> {
                              inside.countDown();
                              await(goOn);
                              return insert(handle, organization, "slow");
                            })));
    await(inside);
    assertThatThrownBy(() -> second.post(key("slow"), REQUEST, () -> second.write("slow")))
        .satisfies(
            failure -> assertThat(code(failure)).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_IN_USE));
    goOn.countDown();
    first.join();
    assertThat(written("slow")).isEqualTo(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  @Test
  void ofManyAtOnceOnTwoNodesOneWorks() {
    List<String> answers =
        Race.times(
            24,
            number -> {
              Node mine = number % 2 == 0 ? node : second;
              try {
                return mine.post(
                    key("race"),
                    REQUEST,
                    () -> {
                      mine.database.in(organization, handle -> 1);
                      mine.write("race");
                    });
              } catch (Refusal refusal) {
                assertThat(refusal.code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_IN_USE);
                return "in use";
              }
            });
    assertThat(written("race")).isEqualTo(1);
    assertThat(answers.stream().filter(answer -> !answer.equals("in use")).distinct()).hasSize(1);
    assertThat(second.post(key("race"), REQUEST, () -> second.write("race"))).startsWith("answer ");
  }

  @Test
  void aKeyIsForgottenAfterTheKeepTime() {
    String first = node.post(key("old"), REQUEST, () -> node.write("old"));
    clock.advance(Duration.ofHours(24));
    String next = node.post(key("old"), ANOTHER_REQUEST, () -> node.write("old"));
    assertThat(next).isNotEqualTo(first);
    assertThat(written("old")).isEqualTo(2);
    clock.advance(Duration.ofHours(24));
    new IdempotencySweep(node.idempotency).run();
    assertThat(rows("old")).isZero();
  }

  private int rows(String key) {
    return test.database()
        .<Integer>acrossOrganizations(handle ->
            handle
                .createQuery("select count(*) from platform.idempotency where key = :key")
                .bind("key", key)
                .mapTo(int.class)
                .one());
  }

  @Test
  void whoeverIsErasedLeavesNoAnswers() {
    Idempotency.Key key =
        new Idempotency.Key(organization, "person", Ids.next(), "of-an-erased-person");
    node.post(key, REQUEST, () -> node.write("erased"));
    node.database.in(
        organization,
        handle -> {
          Idempotency.forget(handle, organization, key.callerId());
          return null;
        });
    assertThat(rows("of-an-erased-person")).isZero();
  }
}
