package dev.muster.server.task;

import dev.muster.server.platform.OrganizationId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/// Rows of changes, written by one statement that takes the numbers of the changes as well. From
/// then on everybody else of the organization who writes waits for the commit, so whatever can be
/// done before is: the rows are with the database when it gives the numbers, and nothing is asked
/// in between.
///
/// Each number is greater than all that were given before, and not less than the database's clock
/// in milliseconds. The transaction may not idle for more than five seconds after it.
final class ChangeStore {
  /// The first of `:more + 1` numbers.
  private static final String GIVEN =
      """
      with given as (
        insert into task.change_counter as counter (organization_id, last)
        values (:organization, floor(extract(epoch from clock_timestamp()) * 1000)::bigint + :more)
        on conflict (organization_id) do update
        set last = greatest(counter.last + 1, floor(extract(epoch from clock_timestamp()) * 1000)::bigint) + :more
        returning last - :more as first, set_config('statement_timeout', '5s', true) as limited,
          set_config('idle_in_transaction_session_timeout', '5s', true) as limited_idle
      )\
      """;

  /// In the statement of a part, the number of the row `r`.
  static final String NUMBER = "(select first from given) + r.change_number";

  /// @param name of its own
  /// @param sql writes rows that have [#NUMBER], and returns 1 for each that it has written
  /// @param rows how many it has to write
  record Part(String name, String sql, int rows, UnaryOperator<Query> binding) {}

  private final List<Part> parts = new ArrayList<>();

  /// Rows, each with its place among all that are written, from 0 on.
  ChangeStore with(Collection<?> rows, Part part) {
    if (!rows.isEmpty()) {
      parts.add(part);
    }
    return this;
  }

  /// @param count of the numbers
  /// @return whether all rows were written; if not, some that were to be new are there already
  boolean run(Handle handle, OrganizationId organization, int count) {
    StringBuilder sql = new StringBuilder(GIVEN);
    for (Part part : parts) {
      sql.append(", ")
          .append(part.name())
          .append(" as (")
          .append(part.sql())
          .append(" returning 1)");
    }
    String counts =
        parts.stream()
            .map(part -> "(select count(*) from " + part.name() + ")")
            .collect(Collectors.joining(" + "));
    sql.append(" select ").append(counts).append(" as written, limited, limited_idle from given");
    Query query = handle.createQuery(sql.toString());
    for (Part part : parts) {
      query = part.binding().apply(query);
    }
    long written =
        query.bind("organization", organization).bind("more", count - 1).mapTo(long.class).one();
    return written == parts.stream().mapToLong(Part::rows).sum();
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
