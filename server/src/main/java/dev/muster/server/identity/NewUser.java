package dev.muster.server.identity;

import dev.muster.server.platform.Role;

/// A user to be made.
public record NewUser(String email, String name, String password, Role role) {
  @Override
  public String toString() {
    return "NewUser[" + email + "]";
  }
}
