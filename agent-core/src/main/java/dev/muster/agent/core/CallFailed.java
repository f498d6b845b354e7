package dev.muster.agent.core;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The server answered, but not with what was asked for.
final class CallFailed extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final @Nullable Duration retryAfter;

  /// @param code what the server calls the problem, empty when it does not say
  CallFailed(int status, String code, String message, @Nullable Duration retryAfter) {
    super(message);
    this.status = status;
    this.code = code;
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

  /// The same again would be answered the same way: what was sent is wrong, or wrong here. A
  /// deactivated device may be activated again, and is heard then.
  boolean isFinal() {
    return status / 100 == 4
        && status != 401
        && status != 408
        && status != 425
        && status != 429
        && !code.equals("device_deactivated");
  }

  /// What was sent is wrong in itself, wherever and whenever it is sent.
  boolean blamesContent() {
    return status == 400 || status == 413 || status == 422;
  }

  /// The time that the server asked for, null when it asked for none.
  @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
