package dev.muster.server.audit;

import dev.muster.protocol.Json;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What one row of the log says, and exactly what its authentication code and the chain cover.
///
/// @param before the fields that differ, before; empty when they are personal
/// @param person whose personal data the fields are, if they are
/// @param commitment what the personal fields were, without telling: see [Personal]
record Entry(
    OrganizationId organization,
    UUID id,
    Instant at,
    Actor actor,
    @Nullable String requestId,
    String action,
    String kind,
    String target,
    Json.Obj before,
    Json.Obj after,
    @Nullable UUID person,
    @Nullable String commitment) {

  /// One JSON object of everything, so that no two entries have one form. Times are whole
  /// microseconds, the finest that PostgreSQL keeps; numbers that JSONB spells in another way are
  /// the same canonical JSON.
  Json.Obj form() {
    var fields = new TreeMap<String, Json>();
    fields.put("organization", Json.of(organization.toString()));
    fields.put("id", Json.of(id.toString()));
    fields.put("at", Json.of(micros(at)));
    fields.put("actor_kind", Json.of(actor.kind().wireName()));
    fields.put("actor_id", text(actor.id()));
    fields.put("actor_name", text(actor.job()));
    fields.put("request_id", text(requestId));
    fields.put("action", Json.of(action));
    fields.put("kind", Json.of(kind));
    fields.put("target", Json.of(target));
    fields.put("before", before);
    fields.put("after", after);
    fields.put("person", text(person));
    fields.put("commitment", text(commitment));
    return Json.obj(fields);
  }

  /// A time beyond what a long can count, which only a row of another hand has, is the last one.
  static long micros(Instant time) {
    try {
      return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    } catch (ArithmeticException _) {
      return Long.MAX_VALUE;
    }
  }

  private static Json text(@Nullable Object value) {
    return value == null ? Json.NULL : Json.of(value.toString());
  }
}
