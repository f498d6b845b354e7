package dev.muster.server.session;

import java.util.UUID;

/// The identity of a session: what a login begins and a family of refresh tokens continues.
public record SessionId(UUID value) {
  @Override
  public String toString() {
    return value.toString();
  }
}
