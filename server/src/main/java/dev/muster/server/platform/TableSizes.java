package dev.muster.server.platform;

import dev.muster.server.platform.TableSizeStore.Partitioned;
import dev.muster.server.platform.TableSizeStore.Table;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.quarkus.logging.Log;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How large the largest tables are, and which days there are partitions of, for the metrics. Each
/// node looks every few minutes, so that no scrape waits for it and every node can be asked; it is
/// the catalog that is read, and no table.
public final class TableSizes implements AutoCloseable {
  /// With more, nobody would look at the last, and metrics would grow with each new table.
  static final int MOST = 40;

  private final Database database;
  private final Duration every;
  private final MultiGauge bytes;
  private final MultiGauge rows;
  private final MultiGauge partitions;
  private final MultiGauge oldest;
  private final MultiGauge end;
  private volatile double databaseBytes = Double.NaN;
  private @Nullable Thread watcher;

  public TableSizes(Database database, Duration every, MeterRegistry metrics) {
    this.database = database;
    this.every = every;
    Gauge.builder("muster.database.bytes", this, sizes -> sizes.databaseBytes)
        .description("Size of the database")
        .register(metrics);
    bytes = gauge(metrics, "muster.table.bytes", "Size of a table with its indexes and partitions");
    rows = gauge(metrics, "muster.table.rows", "Rows of a table, as PostgreSQL estimates them");
    partitions = gauge(metrics, "muster.partitions", "Partitions that are attached to a table");
    oldest =
        gauge(metrics, "muster.partitions.begin.seconds", "Begin of a table's first partition");
    end =
        gauge(
            metrics,
            "muster.partitions.end.seconds",
            "End of a table's last partition; what is later is refused");
  }

  private static MultiGauge gauge(MeterRegistry metrics, String name, String meaning) {
    return MultiGauge.builder(name).description(meaning).register(metrics);
  }

  public void start() {
    watcher = Thread.ofVirtual().name("table-sizes").start(this::watch);
  }

  @Override
  public void close() {
    if (watcher != null) {
      watcher.interrupt();
    }
  }

  private void watch() {
    try {
      while (true) {
        try {
          look();
        } catch (RuntimeException failure) {
          Log.debugf("The sizes of tables could not be read: %s", failure.getMessage());
        }
        Thread.sleep(every);
      }
    } catch (InterruptedException _) {
      // stopped
    }
  }

  /// Looks now.
  void look() {
    record Found(long database, List<Table> tables, List<Partitioned> partitioned) {}
    Found found =
        database.acrossOrganizations(handle ->
            new Found(
                TableSizeStore.databaseBytes(handle),
                TableSizeStore.largest(handle, MOST),
                TableSizeStore.partitioned(handle)));
    databaseBytes = found.database();
    show(bytes, found.tables(), Table::name, Table::bytes);
    show(rows, found.tables(), Table::name, Table::rows);
    show(partitions, found.partitioned(), Partitioned::name, Partitioned::count);
    show(oldest, found.partitioned(), Partitioned::name, one -> seconds(one.oldest()));
    show(end, found.partitioned(), Partitioned::name, one -> seconds(one.end()));
  }

  private static double seconds(@Nullable Instant time) {
    return time == null ? Double.NaN : time.getEpochSecond();
  }

  private static <T> void show(
      MultiGauge gauge, List<T> all, Function<T, String> name, Function<T, Number> value) {
    gauge.register(
        all.stream()
            .<Row<?>>map(one -> Row.of(Tags.of("table", name.apply(one)), value.apply(one)))
            .toList(),
        true);
  }
}
