package dev.muster.server.identity;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Role;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is to change of a user; null leaves a thing as it is.
public record UserChange(
    @Nullable String name,
    @Nullable Role role,
    @Nullable Boolean active,
    @Nullable String password) {

  /// Whether an admin who is changed so is an active admin no longer.
  boolean takesAdminAway() {
    return (role != null && role != Role.ADMIN) || deactivates();
  }

  boolean deactivates() {
    return active != null && !active;
  }

  /// What the audit log is told of this change, by its most telling part.
  Change told(User before, User after) {
    Map<String, Json> fields = new TreeMap<>(fields(after));
    if (password != null) {
      fields.put("password", Json.of("changed"));
    }
    return about(action(before, after), after).from(Json.obj(fields(before))).to(Json.obj(fields));
  }

  private String action(User before, User after) {
    if (before.active() != after.active()) {
      return after.active() ? "user.activated" : "user.deactivated";
    }
    if (before.role() != after.role()) {
      return "user.role_changed";
    }
    return password == null ? "user.changed" : "user.password_changed";
  }

  static Change toldOfNew(User made) {
    return about("user.created", made).to(Json.obj(fields(made)));
  }

  static Change about(String action, User user) {
    return Change.of(action, "user", user.id()).about(user.id().value());
  }

  private static Map<String, Json> fields(User user) {
    return Map.of(
        "email", Json.of(user.email()),
        "name", Json.of(user.name()),
        "role", Json.of(user.role().wireName()),
        "is_active", Json.of(user.active()));
  }

  @Override
  public String toString() {
    return "UserChange[name=" + name + ", role=" + role + ", active=" + active + "]";
  }
}
