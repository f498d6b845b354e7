package dev.muster.server.platform;

import io.opentelemetry.api.trace.SpanKind;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jspecify.annotations.Nullable;

/// The way to the data: transactions that see one organization, or, in named places, all of them.
///
/// The login role itself may touch no tenant row (row-level security is forced on the owner too),
/// so a transaction that was opened in another way sees nothing rather than everything. Work is run
/// again when the database chose it as the victim of a deadlock, so it must have no effect outside
/// the transaction but by [Handle#afterCommit].
public final class Database {
  private static final int TRIES = 5;
  private static final Duration COME_AGAIN = Duration.ofSeconds(1);
  private static final Set<String> DEADLOCK = Set.of("40001", "40P01");

  /// A foreign key names what is gone: it was erased after this work had found it. Run again, the
  /// work finds out and says so.
  private static final String GONE = "23503";

  private static final ThreadLocal<Database> INSIDE = new ThreadLocal<>();

  private final DataSource dataSource;
  private final Jdbi jdbi;
  private final Supplier<@Nullable Claim> claims;
  private final Tracing tracing;

  public Database(DataSource dataSource) {
    this(dataSource, () -> null, Tracing.off(), List.of());
  }

  /// @param claims the claim of the request that the present thread works for, if it has one
  /// @param watchers who else looks at each statement
  public Database(
      DataSource dataSource,
      Supplier<@Nullable Claim> claims,
      Tracing tracing,
      List<SqlLogger> watchers) {
    this.dataSource = dataSource;
    this.claims = claims;
    this.tracing = tracing;
    this.jdbi = Jdbi.create(dataSource).installPlugin(new PostgresPlugin());
    jdbi.registerArgument(new OrganizationIdArgument());
    // messages end up in logs, and what is bound (scripts, results, hashes) must not
    jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
    List<SqlLogger> all = new ArrayList<>(watchers);
    if (tracing.isOn()) {
      all.add(new StatementSpans(tracing));
    }
    if (!all.isEmpty()) {
      jdbi.setSqlLogger(new StatementWatch(List.copyOf(all)));
    }
  }

  /// Runs `work` in a transaction that sees the rows of `organization` only.
  public <T extends @Nullable Object> T in(
      OrganizationId organization, HandleCallback<T, RuntimeException> work) {
    return run("muster_app", organization.value(), TransactionIsolationLevel.READ_COMMITTED, work);
  }

  /// The same, for reading several times from one snapshot. What is written must not depend on what
  /// others write at the same time (a cache).
  public <T extends @Nullable Object> T snapshotOf(
      OrganizationId organization, HandleCallback<T, RuntimeException> work) {
    return run("muster_app", organization.value(), TransactionIsolationLevel.REPEATABLE_READ, work);
  }

  /// Runs `work` in a transaction that sees every organization. For credentials, sweeps and ingest,
  /// whose organization is not known before they have read.
  public <T extends @Nullable Object> T acrossOrganizations(
      HandleCallback<T, RuntimeException> work) {
    return run("muster_cross", null, TransactionIsolationLevel.READ_COMMITTED, work);
  }

  /// Runs `work` in a transaction that reads every organization from one snapshot and writes
  /// nothing. Never run again: what it has read may have left the server already.
  public <T extends @Nullable Object> T snapshotAcrossOrganizations(
      HandleCallback<T, RuntimeException> work) {
    return once(
        "muster_cross",
        TransactionIsolationLevel.REPEATABLE_READ,
        handle -> {
          handle.execute("set transaction read only");
          return work.withHandle(handle);
        });
  }

  /// Runs `work` as the role that owns the tables, and that row-level security lets see no tenant's
  /// row. For restoring a backup, before there are callers.
  public <T extends @Nullable Object> T asOwner(HandleCallback<T, RuntimeException> work) {
    return once("none", TransactionIsolationLevel.READ_COMMITTED, work);
  }

  /// Runs `work` as the role that owns the tables, on one connection and outside of a transaction:
  /// for what PostgreSQL does in none (DETACH CONCURRENTLY, VACUUM) and for locks that outlive one.
  /// The connection has no limit on statements meanwhile, and one second for locks.
  public <T extends @Nullable Object> T outsideTransaction(
      HandleCallback<T, RuntimeException> work) {
    if (INSIDE.get() != null) {
      throw new IllegalStateException("inside a transaction");
    }
    INSIDE.set(this);
    try {
      return jdbi.withHandle(handle -> {
        handle.execute("set statement_timeout = 0");
        handle.execute("set lock_timeout = '1s'");
        try {
          return work.withHandle(handle);
        } finally {
          reset(handle);
        }
      });
    } finally {
      INSIDE.remove();
    }
  }

  /// A connection that cannot be brought back to what it was is not lent again.
  private static void reset(Handle handle) {
    try {
      handle.execute("reset all");
    } catch (RuntimeException broken) {
      try {
        handle.getConnection().abort(Runnable::run);
      } catch (SQLException _) {
        // it is closed already
      }
    }
  }

  Tracing tracing() {
    return tracing;
  }

  /// For libraries that manage their own tables (the job scheduler).
  public DataSource dataSource() {
    return dataSource;
  }

  private <T extends @Nullable Object> T run(
      String role,
      @Nullable UUID organization,
      TransactionIsolationLevel isolation,
      HandleCallback<T, RuntimeException> work) {
    return trying(TRIES, role, organization, isolation, work);
  }

  private <T extends @Nullable Object> T once(
      String role, TransactionIsolationLevel isolation, HandleCallback<T, RuntimeException> work) {
    return trying(1, role, null, isolation, work);
  }

  private <T extends @Nullable Object> T trying(
      int tries,
      String role,
      @Nullable UUID organization,
      TransactionIsolationLevel isolation,
      HandleCallback<T, RuntimeException> work) {
    if (INSIDE.get() != null) {
      // Jdbi would hand out the thread's open handle, and the role and organization of the inner
      // transaction would be those of the rest of the outer one.
      throw new IllegalStateException("a transaction inside a transaction: hand on the Handle");
    }
    INSIDE.set(this);
    try {
      return tracing.within(
          SpanKind.CLIENT,
          "transaction",
          () -> retrying(tries, role, organization, isolation, work));
    } finally {
      INSIDE.remove();
    }
  }

  private <T extends @Nullable Object> T retrying(
      int tries,
      String role,
      @Nullable UUID organization,
      TransactionIsolationLevel isolation,
      HandleCallback<T, RuntimeException> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return begun(
            isolation,
            handle -> {
              enter(handle, role, organization);
              Claim claim = claims.get();
              return claim == null
                  ? work.withHandle(handle)
                  : claim.around(
                      handle,
                      work,
                      () -> enter(handle, "muster_cross", null),
                      () -> enter(handle, role, organization));
            });
      } catch (RuntimeException failure) {
        String state = sqlState(failure);
        boolean again = state != null && (DEADLOCK.contains(state) || state.equals(GONE));
        if (!again || attempt == tries) {
          throw translated(failure, state);
        }
      }
    }
  }

  /// READ COMMITTED is what connections have of themselves ([DatabasePool]); to ask for it costs
  /// every transaction another round trip.
  private <T extends @Nullable Object> T begun(
      TransactionIsolationLevel isolation, HandleCallback<T, RuntimeException> work) {
    return isolation == TransactionIsolationLevel.READ_COMMITTED
        ? jdbi.inTransaction(work)
        : jdbi.inTransaction(isolation, work);
  }

  private static void enter(Handle handle, String role, @Nullable UUID organization) {
    handle.execute(
        "select set_config('role', ?, true), set_config('muster.organization', ?, true)",
        role,
        organization == null ? "" : organization.toString());
  }

  private static RuntimeException translated(RuntimeException failure, @Nullable String state) {
    if (failure instanceof Refusal) {
      return failure;
    }
    if (state == null) {
      return poolIsExhausted(failure)
          ? Refusal.unavailable("The server is busy; try again.", COME_AGAIN, failure)
          : failure;
    }
    if (state.equals("53100")) {
      return Refusal.of(ErrorCode.DISK_FULL, "The disk of the database is full.");
    }
    boolean passing =
        state.startsWith("08") // connection
            || state.startsWith("57") // cancelled by timeout, shut down, crashed, starting
            || state.startsWith("53") // out of connections or memory
            || DEADLOCK.contains(state)
            || state.equals("55P03") // lock timeout
            || state.equals("25P03"); // idle in transaction
    return passing
        ? Refusal.unavailable(
            "The database cannot answer at the moment; try again.", COME_AGAIN, failure)
        : failure;
  }

  private static boolean poolIsExhausted(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SQLException) {
        return true; // without a state: the pool's own, waiting for or making a connection
      }
    }
    return false;
  }

  /// Whether the database refused what it was given, and will again.
  public static boolean isOfData(Throwable failure) {
    String state = sqlState(failure);
    return state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  /// Whether what it was given is well-formed, and fits nowhere.
  public static boolean isOfConstraint(Throwable failure) {
    String state = sqlState(failure);
    return state != null && state.startsWith("23");
  }

  private static @Nullable String sqlState(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return null;
  }
}
