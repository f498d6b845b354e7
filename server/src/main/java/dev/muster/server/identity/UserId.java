package dev.muster.server.identity;

import java.util.UUID;

/// The identity of a user.
public record UserId(UUID value) {
  @Override
  public String toString() {
    return value.toString();
  }
}
