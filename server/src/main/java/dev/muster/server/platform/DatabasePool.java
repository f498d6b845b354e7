package dev.muster.server.platform;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ConnectionValidator;
import io.agroal.api.configuration.supplier.AgroalConnectionPoolConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/// Opens pools of connections. Every connection has limits of its own on statements, locks and idle
/// transactions, so that nothing waits for ever.
public final class DatabasePool {
  private DatabasePool() {}

  public static AgroalDataSource open(
      String jdbcUrl, @Nullable String user, @Nullable String password, Settings.Pool limits) {
    return open(jdbcUrl, user, password, limits, "0");
  }

  /// One connection for a [DatabaseProbe], which gives up on a database that is silent.
  public static AgroalDataSource openForProbe(
      String jdbcUrl, @Nullable String user, @Nullable String password) {
    return open(jdbcUrl, user, password, new ProbeLimits(), "5");
  }

  private static AgroalDataSource open(
      String jdbcUrl,
      @Nullable String user,
      @Nullable String password,
      Settings.Pool limits,
      String socketTimeoutSeconds) {
    AgroalConnectionPoolConfigurationSupplier pool =
        new AgroalConnectionPoolConfigurationSupplier()
            .minSize(0)
            .initialSize(0)
            .maxSize(limits.size())
            .acquisitionTimeout(limits.acquireTimeout())
            .connectionValidator(ConnectionValidator.defaultValidator())
            .idleValidationTimeout(Duration.ofSeconds(2))
            // a connection that the database has ended is thrown away, and not lent again
            .exceptionSorter(new PostgreSQLExceptionSorter())
            .reapTimeout(Duration.ofMinutes(5))
            .connectionFactoryConfiguration(factory -> {
              factory
                  .connectionProviderClass(Driver.class)
                  .jdbcUrl(jdbcUrl)
                  .autoCommit(true)
                  .jdbcProperty("ApplicationName", "muster")
                  .jdbcProperty("connectTimeout", "5")
                  .jdbcProperty("socketTimeout", socketTimeoutSeconds)
                  .jdbcProperty("tcpKeepAlive", "true")
                  .jdbcProperty("reWriteBatchedInserts", "true")
                  // the detail of an error quotes the row, and messages end up in logs
                  .jdbcProperty("logServerErrorDetail", "false")
                  .jdbcProperty("options", options(limits));
              if (user != null) {
                factory.principal(new NamePrincipal(user));
              }
              if (password != null) {
                factory.credential(new SimplePassword(password));
              }
              return factory;
            });
    try {
      return AgroalDataSource.from(
          new AgroalDataSourceConfigurationSupplier()
              .metricsEnabled(true)
              .connectionPoolConfiguration(pool));
    } catch (SQLException failure) {
      throw new IllegalStateException("The connection pool cannot be opened", failure);
    }
  }

  private record ProbeLimits() implements Settings.Pool {
    @Override
    public int size() {
      return ConnectionBudget.OUTSIDE_THE_POOL;
    }

    @Override
    public Duration acquireTimeout() {
      return Duration.ofSeconds(5);
    }

    @Override
    public Duration statementTimeout() {
      return Duration.ofSeconds(5);
    }

    @Override
    public Duration lockTimeout() {
      return Duration.ofSeconds(5);
    }

    @Override
    public Duration idleInTransactionTimeout() {
      return Duration.ofSeconds(5);
    }
  }

  private static String options(Settings.Pool limits) {
    return "-c default_transaction_isolation=read\\ committed -c statement_timeout="
        + limits.statementTimeout().toMillis()
        + " -c lock_timeout="
        + limits.lockTimeout().toMillis()
        + " -c idle_in_transaction_session_timeout="
        + limits.idleInTransactionTimeout().toMillis();
  }
}
