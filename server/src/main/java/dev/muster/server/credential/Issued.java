package dev.muster.server.credential;

import java.util.UUID;

/// A credential that was just made. This is the only time that its text is known.
public record Issued(UUID id, String text) {
  /// Without the text.
  @Override
  public String toString() {
    return "Issued[" + id + "]";
  }
}
