package dev.muster.server.device;

import java.util.UUID;

/// The identity of a group.
public record GroupId(UUID value) {
  @Override
  public String toString() {
    return value.toString();
  }
}
