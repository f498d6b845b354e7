package dev.muster.server.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Tracing;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/// Has PostgreSQL explain each statement in the moment before it is carried out: with its values,
/// in its transaction, as its role. For that it is carried out once more, and taken back.
public final class Plans implements SqlLogger {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> PLANNED = Set.of("select", "insert", "update", "delete", "with");

  /// @param sequential tables that are read from begin to end
  /// @param read rows of each table that were read, whether they were of use or not
  public record Plan(String sql, Set<String> sequential, Map<String, Long> read) {
    private Plan(String sql) {
      this(sql, new TreeSet<>(), new TreeMap<>());
    }

    private void add(JsonNode node) {
      String table = node.path("Relation Name").asText();
      if (!table.isEmpty() && node.get("Node Type").asText().contains("Scan")) {
        double rows =
            node.get("Actual Rows").asDouble()
                + node.path("Rows Removed by Filter").asDouble()
                + node.path("Rows Removed by Index Recheck").asDouble();
        read.merge(table, (long) (rows * node.get("Actual Loops").asDouble()), Long::sum);
        if (node.get("Node Type").asText().endsWith("Seq Scan")) {
          sequential.add(table);
        }
      }
      node.path("Plans").forEach(this::add);
    }
  }

  private final List<Plan> plans = new ArrayList<>();

  /// The same database, watched by these plans.
  public Database watching(TestDatabase test) {
    return new Database(test.database().dataSource(), () -> null, Tracing.off(), List.of(this));
  }

  /// What was explained since this was asked last.
  public List<Plan> taken() {
    List<Plan> taken = List.copyOf(plans);
    plans.clear();
    return taken;
  }

  @Override
  public void logBeforeExecution(StatementContext context) {
    String sql = context.getParsedSql().getSql().strip();
    if (!PLANNED.contains(sql.split("\\s", 2)[0].toLowerCase(Locale.ROOT))) {
      return;
    }
    Plan plan = new Plan(sql);
    try (PreparedStatement explain =
        context.getConnection().prepareStatement("explain (analyze, format json) " + sql)) {
      Savepoint before = context.getConnection().setSavepoint();
      bind(explain, context);
      try (ResultSet row = explain.executeQuery()) {
        row.next();
        plan.add(JSON.readTree(row.getString(1)).get(0).get("Plan"));
      }
      context.getConnection().rollback(before);
    } catch (SQLException | JsonProcessingException failure) {
      throw new AssertionError("cannot be explained: " + sql, failure);
    }
    plans.add(plan);
  }

  @SuppressWarnings("removal") // nothing else tells what is bound
  private static void bind(PreparedStatement explain, StatementContext context)
      throws SQLException {
    ParsedSql parsed = context.getParsedSql();
    int count = parsed.getParameters().getParameterCount();
    for (int i = 0; i < count; i++) {
      var argument =
          parsed.getParameters().isPositional()
              ? context.getBinding().findForPosition(i)
              : context
                  .getBinding()
                  .findForName(parsed.getParameters().getParameterNames().get(i), context);
      argument.orElseThrow().apply(i + 1, explain, context);
    }
  }
}
