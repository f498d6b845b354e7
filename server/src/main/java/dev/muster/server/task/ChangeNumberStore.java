package dev.muster.server.task;

import dev.muster.server.platform.OrganizationId;
import org.jdbi.v3.core.Handle;

/// The SQL of change numbers.
final class ChangeNumberStore {
  private ChangeNumberStore() {}

  /// The first of `count` numbers, each greater than all that were given before, and not less than
  /// the database's clock in milliseconds. Nobody else of the organization gets any until the
  /// transaction ends, which then may not take longer than five seconds at a time.
  static long take(Handle handle, OrganizationId organization, int count) {
    long last =
        handle
            .createQuery(
                """
                insert into task.change_counter as counter (organization_id, last)
                values (:organization, floor(extract(epoch from clock_timestamp()) * 1000)::bigint + :more)
                on conflict (organization_id) do update
                set last = greatest(counter.last + 1, floor(extract(epoch from clock_timestamp()) * 1000)::bigint) + :more
                returning last
                """)
            .bind("organization", organization)
            .bind("more", count - 1)
            .mapTo(long.class)
            .one();
    handle.execute(
        """
        select set_config('statement_timeout', '5s', true),
          set_config('idle_in_transaction_session_timeout', '5s', true)
        """);
    return last - count + 1;
  }

  /// The number of the newest change that the transaction sees; 0 when there is none.
  static long newest(Handle handle, OrganizationId organization) {
    return handle
        .createQuery("select last from task.change_counter where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .findOne()
        .orElse(0L);
  }
}
