package dev.muster.server.platform;

import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jspecify.annotations.Nullable;

/// What one request has of its idempotency key. [Database] asks for the claim of the request that
/// it works for, and lets it take the key in the first transaction that writes. Used by one thread
/// at a time, as requests are.
public final class Claim {
  private final Idempotency idempotency;
  private final Idempotency.Key key;
  private final String fingerprint;
  private final UUID id;
  private volatile boolean taken;
  private volatile boolean closed;

  Claim(Idempotency idempotency, Idempotency.Key key, String fingerprint, UUID id) {
    this.idempotency = idempotency;
    this.key = key;
    this.fingerprint = fingerprint;
    this.id = id;
  }

  /// Runs `work` in its transaction. Whether it has written is asked at the end, because a request
  /// whose first transaction only reads has done nothing yet. The transaction may be one of another
  /// organization than the caller's, or be run again after a deadlock: the key counts as taken once
  /// it has committed.
  ///
  /// @param asOwner makes the transaction see the rows of the caller, `asBefore` makes it see again
  ///   what it is for
  <T extends @Nullable Object> T around(
      Handle handle,
      HandleCallback<T, RuntimeException> work,
      Runnable asOwner,
      Runnable asBefore) {
    if (taken || closed) {
      return work.withHandle(handle);
    }
    asOwner.run();
    idempotency.hold(handle, this);
    asBefore.run();
    T result = work.withHandle(handle);
    if (IdempotencyStore.hasWritten(handle)) {
      asOwner.run();
      idempotency.take(handle, this);
      handle.afterCommit(() -> taken = true);
    }
    return result;
  }

  Idempotency.Key key() {
    return key;
  }

  String fingerprint() {
    return fingerprint;
  }

  UUID id() {
    return id;
  }

  /// Whether work was committed under the key.
  public boolean taken() {
    return taken;
  }

  /// From now on transactions are none of the request's own.
  void close() {
    closed = true;
  }
}
