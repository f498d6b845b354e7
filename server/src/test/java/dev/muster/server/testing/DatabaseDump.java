package dev.muster.server.testing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;

/// All rows of all tables of the server under test, as its superuser reads them.
public final class DatabaseDump {
  private DatabaseDump() {}

  /// The rows as JSON, by table.
  public static Map<String, String> ofServer() throws SQLException {
    String url = ConfigProvider.getConfig().getValue("muster.database-url", String.class);
    String database = url.substring(url.lastIndexOf('/') + 1).replaceFirst("\\?.*", "");
    Map<String, String> dump = new LinkedHashMap<>();
    try (Connection connection = TestPostgres.superuser(database);
        Statement statement = connection.createStatement()) {
      for (String table : tables(statement)) {
        dump.put(
            table,
            String.join("\n", rows(statement, "select to_jsonb(t)::text from " + table + " t")));
      }
    }
    return dump;
  }

  private static List<String> tables(Statement statement) throws SQLException {
    return rows(
        statement,
        """
        select format('%I.%I', schemaname, tablename) from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema') order by 1
        """);
  }

  private static List<String> rows(Statement statement, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }
}
