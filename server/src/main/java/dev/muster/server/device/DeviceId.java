package dev.muster.server.device;

import java.util.UUID;

/// The identity of a device inside the server. On every surface a device goes by its handle.
public record DeviceId(UUID value) {
  @Override
  public String toString() {
    return value.toString();
  }
}
