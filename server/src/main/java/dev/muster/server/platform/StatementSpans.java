package dev.muster.server.platform;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// Makes a span of each SQL statement of a transaction that is traced: its text with the names of
/// its parameters, never their values.
final class StatementSpans implements SqlLogger {
  static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system.name");
  static final AttributeKey<String> TEXT = AttributeKey.stringKey("db.query.text");

  private final Tracing tracing;

  StatementSpans(Tracing tracing) {
    this.tracing = tracing;
  }

  @Override
  public void logAfterExecution(StatementContext context) {
    add(context, context.getCompletionMoment());
  }

  @Override
  public void logException(StatementContext context, SQLException failure) {
    add(context, context.getExceptionMoment());
  }

  private void add(StatementContext context, @Nullable Instant ended) {
    Instant began = context.getExecutionMoment();
    String sql = context.getRenderedSql();
    if (began == null || ended == null || sql == null || tracing.current() == null) {
      return;
    }
    String text = SlowStatements.text(sql);
    String verb = text.substring(0, Math.max(0, text.indexOf(' '))).toLowerCase(Locale.ROOT);
    tracing.add(
        SpanKind.CLIENT,
        verb.isEmpty() ? "statement" : verb,
        Attributes.of(SYSTEM, "postgresql", TEXT, text),
        began,
        ended);
  }
}
