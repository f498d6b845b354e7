package dev.muster.server.web;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import org.jspecify.annotations.Nullable;

/// Request bodies that must be there.
public final class Bodies {
  private Bodies() {}

  /// The body, or a refusal when the request had none (or `null`).
  public static <T> T present(@Nullable T body) {
    if (body == null) {
      throw Refusal.of(ErrorCode.MALFORMED_REQUEST, "The request needs a JSON object as its body.");
    }
    return body;
  }
}
