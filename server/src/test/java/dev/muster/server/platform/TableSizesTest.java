package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TableSizesTest {
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  private double of(String name, String table) {
    return metrics.get(name).tag("table", table).gauge().value();
  }

  private static void days(TestDatabase test, String... statements) {
    test.database()
        .asOwner(handle -> {
          for (String statement : statements) {
            handle.execute(statement);
          }
          return true;
        });
  }

  @Test
  void tablesAndPartitionsAreMeasuredAndWhatIsGoneIsForgotten() {
    try (TestDatabase test = TestDatabase.create()) {
      days(
          test,
          "create table platform.cut (at timestamptz not null) partition by range (at)",
          "create table platform.cut_1 partition of platform.cut"
              + " for values from ('2026-01-05Z') to ('2026-01-06Z')",
          "create table platform.cut_2 partition of platform.cut"
              + " for values from ('2026-01-06Z') to ('2026-01-07Z')",
          "insert into platform.cut select '2026-01-05 01:00Z' from generate_series(1, 10000)",
          "create table platform.empty (at timestamptz not null) partition by range (at)",
          "create table platform.kinds (id int not null) partition by range (id)",
          "create table platform.kinds_1 partition of platform.kinds for values from (1) to (9)",
          "analyze platform.cut_1");
      TableSizes sizes = new TableSizes(test.database(), Duration.ofHours(1), metrics);
      assertThat(metrics.get("muster.database.bytes").gauge().value()).isNaN();
      sizes.look();

      assertThat(metrics.get("muster.database.bytes").gauge().value()).isGreaterThan(1_000_000);
      assertThat(of("muster.table.bytes", "platform.cut")).isGreaterThan(300_000);
      assertThat(of("muster.table.rows", "platform.cut")).isEqualTo(10_000);
      assertThat(metrics.find("muster.table.bytes").tag("table", "platform.cut_1").gauge())
          .isNull();
      assertThat(metrics.find("muster.table.bytes").gauges()).hasSize(TableSizes.MOST);
      assertThat(of("muster.partitions", "platform.cut")).isEqualTo(2);
      assertThat(of("muster.partitions.begin.seconds", "platform.cut"))
          .isEqualTo((double) Instant.parse("2026-01-05T00:00:00Z").getEpochSecond());
      assertThat(of("muster.partitions.end.seconds", "platform.cut"))
          .isEqualTo((double) Instant.parse("2026-01-07T00:00:00Z").getEpochSecond());
      assertThat(of("muster.partitions", "platform.empty")).isZero();
      assertThat(of("muster.partitions.end.seconds", "platform.empty")).isNaN();
      assertThat(of("muster.partitions.end.seconds", "platform.kinds")).isNaN();

      days(test, "drop table platform.cut_1", "drop table platform.empty");
      sizes.look();
      assertThat(of("muster.partitions", "platform.cut")).isEqualTo(1);
      assertThat(metrics.find("muster.partitions").tag("table", "platform.empty").gauge()).isNull();
    }
  }
}
