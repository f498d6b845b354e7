package dev.muster.server.web;

import dev.muster.server.edge.PublicUrl;
import dev.muster.server.platform.Refusal;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The `limit`, `offset` and `cursor` of the present request, checked, and the links to the pages
/// beside it.
@RequestScoped
public class Paging {
  private static final int DEFAULT_LIMIT = 50;
  private static final int MOST = 500;

  /// Parameters that say where a page begins; a link has one of them.
  private static final Set<String> PLACES = Set.of("cursor", "offset");

  private final RoutingContext context;
  private final PublicUrl publicUrl;

  Paging(RoutingContext context, PublicUrl publicUrl) {
    this.context = context;
    this.publicUrl = publicUrl;
  }

  /// Rows wanted, 1 to 500; 50 when not said.
  public int limit() {
    return number("limit", DEFAULT_LIMIT, 1, MOST);
  }

  /// Rows to pass over.
  public int offset() {
    return number("offset", 0, 0, Integer.MAX_VALUE);
  }

  /// Where the page before ended, as its `next` link said.
  public @Nullable String cursor() {
    String cursor = context.request().getParam("cursor");
    return cursor == null || cursor.isEmpty() ? null : cursor;
  }

  /// The page at [#offset] of a list of `count` rows.
  public <T> Page<T> page(long count, List<T> rows) {
    int limit = limit();
    int offset = offset();
    String next =
        offset + rows.size() < count ? link("offset", Long.toString((long) offset + limit)) : null;
    String previous =
        offset > 0 ? link("offset", Integer.toString(Math.max(0, offset - limit))) : null;
    return new Page<>(count, next, previous, rows);
  }

  /// The page after [#cursor]; `nextCursor` is null on the last one.
  public <T> Page<T> page(long count, List<T> rows, @Nullable String nextCursor) {
    return new Page<>(count, nextCursor == null ? null : link("cursor", nextCursor), null, rows);
  }

  /// The page at [#cursor] or [#offset] of a list that knows the cursors of both its neighbours.
  public <T> Page<T> page(
      long count, List<T> rows, @Nullable String nextCursor, @Nullable String previousCursor) {
    int offset = offset();
    String back = previousCursor == null ? null : link("cursor", previousCursor);
    return new Page<>(
        count,
        nextCursor == null ? null : link("cursor", nextCursor),
        offset > 0 ? link("offset", Integer.toString(Math.max(0, offset - limit()))) : back,
        rows);
  }

  private int number(String name, int otherwise, int least, int most) {
    String text = context.request().getParam(name);
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException _) {
      // refused below
    }
    throw Refusal.parameter(
        name,
        most == Integer.MAX_VALUE
            ? "must be a whole number from " + least
            : "must be a whole number from " + least + " to " + most);
  }

  /// The present request with another place in the list.
  private String link(String name, String value) {
    List<String> query = new ArrayList<>();
    context
        .request()
        .params()
        .forEach(entry -> {
          if (!PLACES.contains(entry.getKey())) {
            query.add(encode(entry.getKey()) + "=" + encode(entry.getValue()));
          }
        });
    query.add(name + "=" + encode(value));
    query.sort(Comparator.naturalOrder());
    return publicUrl.link(context.request().path()) + "?" + String.join("&", query);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
