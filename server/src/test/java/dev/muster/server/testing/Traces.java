package dev.muster.server.testing;

import dev.muster.server.platform.Database;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/// Looks for a text in every row of every table of tenants, by the catalogue: a table that somebody
/// adds is looked through without being named here.
public final class Traces {
  private Traces() {}

  /// The tables that have it in any column.
  public static Set<String> of(Database database, String text) {
    return database.acrossOrganizations(handle -> {
      Set<String> found = new TreeSet<>();
      for (String table : tables(handle)) {
        boolean any =
            handle
                .createQuery(
                    "select exists (select from "
                        + table
                        + " t where position(:text in t::text) > 0)")
                .bind("text", text)
                .mapTo(boolean.class)
                .one();
        if (any) {
          found.add(table);
        }
      }
      return found;
    });
  }

  private static List<String> tables(Handle handle) {
    return handle
        .createQuery(
            """
            select format('%I.%I', n.nspname, c.relname)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p') and c.relrowsecurity
            order by 1
            """)
        .mapTo(String.class)
        .list();
  }
}
