package dev.muster.server.watch;

import java.util.List;
import org.jdbi.v3.core.Handle;

/// The SQL of what is wrong with jobs and events.
final class JobTroubleStore {
  /// A job that fails now and then is tried again, which is enough.
  static final int OFTEN = 5;

  private JobTroubleStore() {}

  static long deadEvents(Handle handle) {
    return handle
        .createQuery("select count(*) from platform.outbox where dead_at is not null")
        .mapTo(long.class)
        .one();
  }

  /// The jobs belong to the login role alone, which this transaction is for one statement.
  static List<String> failing(Handle handle) {
    enter(handle, "none");
    List<String> names =
        handle
            .createQuery(
                """
                select task_name from (
                  select task_name, consecutive_failures from platform.job_command
                  union all select task_name, consecutive_failures from platform.job_wake
                  union all select task_name, consecutive_failures from platform.job_maintain) as job
                where consecutive_failures >= :often order by task_name
                """)
            .bind("often", OFTEN)
            .mapTo(String.class)
            .list();
    enter(handle, "muster_cross");
    return names;
  }

  private static void enter(Handle handle, String role) {
    handle.execute("select set_config('role', ?, true)", role);
  }
}
