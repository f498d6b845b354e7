package dev.muster.server.identity;

import dev.muster.server.platform.Role;
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

  @Override
  public String toString() {
    return "UserChange[name=" + name + ", role=" + role + ", active=" + active + "]";
  }
}
