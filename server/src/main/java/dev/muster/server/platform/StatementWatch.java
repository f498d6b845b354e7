package dev.muster.server.platform;

import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/// Several who look at each statement; Jdbi has room for one.
record StatementWatch(List<SqlLogger> all) implements SqlLogger {
  @Override
  public void logBeforeExecution(StatementContext context) {
    all.forEach(one -> one.logBeforeExecution(context));
  }

  @Override
  public void logAfterExecution(StatementContext context) {
    all.forEach(one -> one.logAfterExecution(context));
  }

  @Override
  public void logException(StatementContext context, SQLException failure) {
    all.forEach(one -> one.logException(context, failure));
  }
}
