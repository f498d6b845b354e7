package dev.muster.server.platform;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// Counts and logs the statements that took long, failed ones included: their text with the names
/// of their parameters, never their values.
///
/// While everything is slow the log must not be what makes it worse, so there is one line a second
/// at the most, which says how many it stands for.
public final class SlowStatements implements SqlLogger {
  private static final long PAUSE = Duration.ofSeconds(1).toNanos();
  private static final int LONGEST = 2_000;

  private final Duration threshold;
  private final Counter counter;
  private final AtomicLong silentUntil = new AtomicLong(System.nanoTime());
  private final AtomicLong unsaid = new AtomicLong();

  /// @param threshold zero for none
  public SlowStatements(Duration threshold, MeterRegistry metrics) {
    this.threshold = threshold;
    this.counter =
        Counter.builder("muster.slow.statements")
            .description(
                "Statements of this node that took longer than muster.metrics.slow-statement")
            .register(metrics);
  }

  @Override
  public void logAfterExecution(StatementContext context) {
    look(context, context.getCompletionMoment());
  }

  @Override
  public void logException(StatementContext context, SQLException failure) {
    look(context, context.getExceptionMoment());
  }

  private void look(StatementContext context, @Nullable Instant ended) {
    Instant began = context.getExecutionMoment();
    if (threshold.isZero() || began == null || ended == null) {
      return;
    }
    Duration took = Duration.between(began, ended);
    if (took.compareTo(threshold) >= 0) {
      counter.increment();
      say(took, context.getRenderedSql());
    }
  }

  private void say(Duration took, @Nullable String sql) {
    long now = System.nanoTime();
    long until = silentUntil.get();
    if (now - until < 0 || !silentUntil.compareAndSet(until, now + PAUSE)) {
      unsaid.incrementAndGet();
      return;
    }
    Log.warnf(
        "A statement took %d ms (%d others since the last of these lines): %s",
        took.toMillis(), unsaid.getAndSet(0), text(sql));
  }

  /// In one line, as long as anybody reads.
  static String text(@Nullable String sql) {
    String text = sql == null ? "" : sql.strip().replaceAll("\\s+", " ");
    return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
  }
}
