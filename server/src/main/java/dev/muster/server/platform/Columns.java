package dev.muster.server.platform;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/// The columns of rows that one statement writes, each sent as one array: a statement a row costs
/// several times as much, and so does JSON, which PostgreSQL has to parse and to look up for each
/// column.
///
/// A list of columns is made once; [#record] is the SQL that has them as rows, [#bind] sends some.
public final class Columns<R> {
  /// @param type of an element as it is sent
  /// @param cast type that it is made of that in SQL; the same, mostly
  private record Column<R>(
      String name, String type, String cast, Function<R, @Nullable Object> value) {}

  private final String prefix;
  private final List<Column<R>> columns;

  private Columns(String prefix, List<Column<R>> columns) {
    this.prefix = prefix;
    this.columns = columns;
  }

  public static <R> Columns<R> none() {
    return of("");
  }

  /// For a statement that has columns of the same names elsewhere.
  ///
  /// @param prefix before the name of each column where it is bound
  public static <R> Columns<R> of(String prefix) {
    return new Columns<>(prefix, List.of());
  }

  private Columns<R> with(
      String name, String type, String cast, Function<R, @Nullable Object> value) {
    List<Column<R>> more = new ArrayList<>(columns);
    more.add(new Column<>(name, type, cast, value));
    return new Columns<>(prefix, more);
  }

  public Columns<R> uuid(String name, Function<R, @Nullable UUID> value) {
    return with(name, "uuid", "uuid", value::apply);
  }

  public Columns<R> text(String name, Function<R, @Nullable String> value) {
    return with(name, "text", "text", value::apply);
  }

  /// @param value text that is cast to the type
  public Columns<R> text(String name, String type, Function<R, @Nullable String> value) {
    return with(name, "text", type, value::apply);
  }

  public Columns<R> number(String name, Function<R, Long> value) {
    return with(name, "int8", "int8", value::apply);
  }

  public Columns<R> flag(String name, Function<R, Boolean> value) {
    return with(name, "bool", "bool", value::apply);
  }

  public Columns<R> time(String name, Function<R, @Nullable Instant> value) {
    return with(name, "text", "timestamptz", row -> text(value.apply(row)));
  }

  public Columns<R> texts(String name, Function<R, List<String>> value) {
    return with(name, "text", "text[]", row -> literal(value.apply(row)));
  }

  /// All columns of `other`, of what a row has.
  public <T> Columns<R> all(Columns<T> other, Function<R, T> part) {
    List<Column<R>> more = new ArrayList<>(columns);
    for (Column<T> column : other.columns) {
      more.add(
          new Column<>(
              column.name(),
              column.type(),
              column.cast(),
              row -> column.value().apply(part.apply(row))));
    }
    return new Columns<>(prefix, more);
  }

  /// The rows in a `from`, as a table of this name.
  public String record(String table) {
    return joined(column ->
            column.type().equals(column.cast())
                ? "u." + column.name()
                : "cast(u.%s as %s) as %s".formatted(column.name(), column.cast(), column.name()))
        .transform(selected ->
            "(select %s from unnest(%s) as u (%s)) as %s"
                .formatted(
                    selected,
                    joined(column -> ":" + prefix + column.name()),
                    joined(Column::name),
                    table));
  }

  private String joined(Function<Column<R>, String> each) {
    return columns.stream().map(each).collect(Collectors.joining(", "));
  }

  /// Binds the rows to a statement that has [#record].
  public <S extends SqlStatement<S>> S bind(S statement, Collection<R> rows) {
    S bound = statement;
    for (Column<R> column : columns) {
      @Nullable Object[] values = array(column.type(), rows.size());
      int i = 0;
      for (R row : rows) {
        values[i++] = column.value().apply(row);
      }
      Argument argument =
          (position, prepared, _) ->
              prepared.setArray(
                  position, prepared.getConnection().createArrayOf(column.type(), values));
      bound = bound.bind(prefix + column.name(), argument);
    }
    return bound;
  }

  /// Of its own type, which the driver sends as it is; the elements of others it quotes.
  private static @Nullable Object[] array(String type, int size) {
    return switch (type) {
      case "text" -> new String[size];
      case "int8" -> new Long[size];
      case "bool" -> new Boolean[size];
      default -> new Object[size];
    };
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  /// An array as PostgreSQL writes it.
  private static String literal(List<String> texts) {
    return texts.stream()
        .map(text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
        .collect(Collectors.joining(",", "{", "}"));
  }
}
