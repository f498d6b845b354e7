package dev.muster.sync;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The server answered, but not with what was asked for. Nothing is lost: what waits to be pushed
/// still waits.
public final class SyncFailed extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final @Nullable Duration retryAfter;

  SyncFailed(int status, String code, String message, @Nullable Duration retryAfter) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  public int status() {
    return status;
  }

  /// What the server calls the problem; empty when it does not say.
  public String code() {
    return code;
  }

  /// The time that the server asked for; null when it asked for none.
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /// Somebody has to log in again.
  public boolean asksForLogin() {
    return status == 401;
  }
}
