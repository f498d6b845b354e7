package dev.muster.server.audit;

import dev.muster.protocol.Json;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One change, as the room tells it that made it.
///
/// @param action what was done, `<kind>.<verb in the past>`: `policy.published`
/// @param kind what sort of thing was changed: `policy`
/// @param id of that thing, as REST names it
/// @param before its fields before, as REST shows them, secrets masked; empty for what was made
/// @param after its fields after; empty for what was removed. Fields that are equal in both are
///   left out of the log.
/// @param person the user whose personal data `before` and `after` are, if they are; they are kept
///   apart, so that they can be erased with the person
public record Change(
    String action, String kind, String id, Json.Obj before, Json.Obj after, @Nullable UUID person) {
  private static final Json.Obj NOTHING = new Json.Obj(Map.of());

  public static Change of(String action, String kind, Object id) {
    return new Change(action, kind, id.toString(), NOTHING, NOTHING, null);
  }

  public Change from(Json.Obj fields) {
    return new Change(action, kind, id, fields, after, person);
  }

  public Change to(Json.Obj fields) {
    return new Change(action, kind, id, before, fields, person);
  }

  /// The fields are personal data of this user.
  public Change about(UUID user) {
    return new Change(action, kind, id, before, after, user);
  }
}
