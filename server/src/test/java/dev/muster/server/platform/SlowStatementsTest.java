package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.testing.RecordedLog;
import dev.muster.server.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlowStatementsTest {
  private static final String QUESTION =
      """
      select :value
         as answer
      """;

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  private Database database(TestDatabase test, Duration threshold) {
    return new Database(
        test.database().dataSource(),
        () -> null,
        Tracing.off(),
        List.of(new SlowStatements(threshold, metrics)));
  }

  private double counted() {
    return metrics.get("muster.slow.statements").counter().count();
  }

  private static String ask(Database database, String question) {
    return database.acrossOrganizations(
        handle -> handle.createQuery(question).bind("value", "a-secret").mapTo(String.class).one());
  }

  @Test
  void whatTakesLongIsCountedAndLoggedOnceASecondWithoutItsValues() {
    RecordedLog log = RecordedLog.open();
    try (TestDatabase test = TestDatabase.create()) {
      Database database = database(test, Duration.ofNanos(1));
      for (int i = 0; i < 20; i++) {
        assertThat(ask(database, QUESTION)).isEqualTo("a-secret");
      }
      assertThat(counted()).isGreaterThanOrEqualTo(20);
      assertThat(log.text()).contains("A statement took").doesNotContain("a-secret");
      assertThat(log.text().split("A statement took", -1)).hasSizeLessThan(20);
    } finally {
      log.close();
    }
  }

  @Test
  void whatFailsAfterALongTimeIsCountedToo() {
    try (TestDatabase test = TestDatabase.create()) {
      Database database = database(test, Duration.ofNanos(1));
      double before = counted();
      assertThatThrownBy(() -> ask(database, "select 1 / 0, :value"))
          .isInstanceOf(RuntimeException.class);
      assertThat(counted() - before).isEqualTo(2); // and that which enters the transaction
    }
  }

  @Test
  void whatIsFastEnoughIsNotAndNothingIsWhenItIsTurnedOff() {
    try (TestDatabase test = TestDatabase.create()) {
      ask(database(test, Duration.ofHours(1)), QUESTION);
      ask(database(test, Duration.ZERO), QUESTION);
      assertThat(counted()).isZero();
    }
  }

  @Test
  void aTextIsOneLineAndNotEndless() {
    assertThat(SlowStatements.text(" select\n  1 ")).isEqualTo("select 1");
    assertThat(SlowStatements.text(null)).isEmpty();
    assertThat(SlowStatements.text("x".repeat(5_000))).hasSize(2_000);
  }
}
