package dev.muster.server.rpc;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import io.grpc.Context;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One gRPC call from its first byte to its end, as the code that serves it sees it.
public final class RpcCall {
  static final Context.Key<RpcCall> KEY = Context.key("muster.call");

  private final String method;
  private final String requestId;
  private final @Nullable String authority;
  private final long started = System.nanoTime();
  private volatile @Nullable Caller caller;
  private volatile @Nullable String credential;
  private volatile Consumer<Refusal> ender = _ -> {};

  /// @param method full name, as the client asked for it
  /// @param authority host and port that the client called; null when it named none
  RpcCall(String method, String requestId, @Nullable String authority) {
    this.method = method;
    this.requestId = requestId;
    this.authority = authority;
  }

  /// The one that this code runs for.
  ///
  /// @throws NullPointerException outside of a call
  public static RpcCall current() {
    return Objects.requireNonNull(KEY.get(), "no gRPC call runs on this thread");
  }

  /// @throws Refusal `unauthenticated` in a method that is open, which asks nobody who they are
  public Caller caller() {
    Caller known = caller;
    if (known == null) {
      throw Refusal.unauthenticated(Doorkeeper.NO_CREDENTIAL);
    }
    return known;
  }

  public @Nullable String authority() {
    return authority;
  }

  String method() {
    return method;
  }

  String requestId() {
    return requestId;
  }

  Duration took() {
    return Duration.ofNanos(System.nanoTime() - started);
  }

  @Nullable Caller callerOrNobody() {
    return caller;
  }

  /// @param shown the credential that was checked; null in open mode
  void enterAs(Caller found, @Nullable String shown) {
    caller = found;
    credential = shown;
  }

  /// What the caller showed, to be checked again while the call goes on.
  @Nullable String credential() {
    return credential;
  }

  void endBy(Consumer<Refusal> how) {
    ender = how;
  }

  /// Ends the call from outside, whatever it is at.
  void end(Refusal refusal) {
    ender.accept(refusal);
  }
}
