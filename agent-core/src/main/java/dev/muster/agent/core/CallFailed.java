package dev.muster.agent.core;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The server answered, but not with what was asked for.
final class CallFailed extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final @Nullable Duration retryAfter;

  CallFailed(int status, String message, @Nullable Duration retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /// The server does not have the device.
  boolean unknownDevice() {
    return status == 404;
  }

  /// The server does not take the credential.
  boolean credentialRefused() {
    return status == 401;
  }

  /// The time that the server asked for, null when it asked for none.
  @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
