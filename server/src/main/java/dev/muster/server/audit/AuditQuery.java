package dev.muster.server.audit;

import dev.muster.server.audit.AuditSearch.Cursor;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import jakarta.ws.rs.QueryParam;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The filters of a request, as they were written.
public record AuditQuery(
    @QueryParam("actor") @Nullable String actor,
    @QueryParam("action") @Nullable String action,
    @QueryParam("kind") @Nullable String kind,
    @QueryParam("target") @Nullable String target,
    @QueryParam("request_id") @Nullable String requestId,
    @QueryParam("from") @Nullable String from,
    @QueryParam("to") @Nullable String to) {

  /// @throws Refusal `invalid parameter`
  AuditFilter toFilter() {
    String who = given(actor);
    UUID id = who == null ? null : Ids.parse(who).orElse(null);
    return new AuditFilter(
        id,
        who == null || id != null ? null : kindOf(who),
        given(action),
        given(kind),
        given(target),
        given(requestId),
        time("from", from),
        time("to", to));
  }

  private static Actor.Kind kindOf(String actor) {
    return Actor.Kind.named(actor)
        .orElseThrow(() ->
            Refusal.parameter(
                "actor",
                "must be the id of an actor, or one of person, open_mode, key, device, enrollment_token,"
                    + " server"));
  }

  private static @Nullable Instant time(String name, @Nullable String text) {
    String given = given(text);
    if (given == null) {
      return null;
    }
    try {
      OffsetDateTime time = OffsetDateTime.parse(given);
      if (time.getYear() >= 1970 && time.getYear() <= 9999) {
        return time.toInstant();
      }
    } catch (DateTimeException _) {
      // refused below
    }
    throw Refusal.parameter(name, "must be a time such as 2026-01-31T12:00:00Z");
  }

  private static @Nullable String given(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  /// The cursor of a `next` link: the time in microseconds and the id of the last entry.
  static String written(Cursor cursor) {
    return Entry.micros(cursor.at()) + "." + cursor.id();
  }

  /// @throws Refusal `invalid parameter` when this server did not write it
  static Cursor read(String text) {
    int point = text.indexOf('.');
    if (point > 0 && text.substring(0, point).matches("[0-9]{1,17}")) {
      long micros = Long.parseLong(text.substring(0, point));
      Optional<UUID> id = Ids.parse(text.substring(point + 1));
      if (id.isPresent()) {
        return new Cursor(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), id.get());
      }
    }
    throw Refusal.parameter("cursor", "must be that of a next link");
  }
}
