package dev.muster.server.rpc;

import dev.muster.server.platform.AccessLog;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.Callers;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ServerCall;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The calls that are open on this node and count. Nobody holds more than a share of them, and a
/// stream ends when its caller would not be let in any more: the credential was revoked or has
/// expired, or the organization is closed. That is looked at every [#LOOK_EVERY].
@Singleton
final class OpenCalls {
  static final Duration LOOK_EVERY = Duration.ofSeconds(30);

  /// Of one person, key or token.
  static final int MOST_OF_ONE = 1_000;

  /// Of all who showed no credential, together: they may hold streams of health and reflection.
  static final int MOST_OF_STRANGERS = 200;

  /// Of those of them who call from one address.
  static final int MOST_OF_AN_ADDRESS = 20;

  private static final Duration COME_AGAIN = Duration.ofSeconds(10);

  private final Callers callers;
  private final Set<RpcCall> open = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  OpenCalls(Callers callers) {
    this.callers = callers;
  }

  /// Serves a call, which counts from now to its end.
  ///
  /// @param address of the peer
  /// @throws Refusal `too many requests`
  <Q> ServerCall.Listener<Q> admit(
      RpcCall call, String address, Supplier<ServerCall.Listener<Q>> serve) {
    List<Share> shares = shares(call, address);
    shares.forEach(share -> counts.merge(share.holder(), 1, Integer::sum));
    open.add(call);
    try {
      shares.forEach(this::requireRoom);
      return new Counted<>(serve.get(), () -> leave(call, shares));
    } catch (RuntimeException | Error failure) {
      leave(call, shares);
      throw failure;
    }
  }

  private void requireRoom(Share share) {
    if (counts.getOrDefault(share.holder(), 0) > share.most()) {
      throw Refusal.tooMany(
          "%s %d calls open on this node, and may have no more. End some."
              .formatted(share.words(), share.most()),
          COME_AGAIN);
    }
  }

  private void leave(RpcCall call, List<Share> shares) {
    if (open.remove(call)) {
      shares.forEach(share ->
          counts.computeIfPresent(share.holder(), (_, count) -> count == 1 ? null : count - 1));
    }
  }

  private static List<Share> shares(RpcCall call, String address) {
    Caller caller = call.callerOrNobody();
    return caller == null
        ? List.of(
            new Share(
                "address " + address,
                MOST_OF_AN_ADDRESS,
                "The callers without a credential at this address have"),
            new Share("strangers", MOST_OF_STRANGERS, "The callers without a credential have"))
        : List.of(
            new Share(
                "caller " + caller.organization() + " " + AccessLog.words(caller),
                MOST_OF_ONE,
                "This caller has"));
  }

  /// How many calls are open.
  int count() {
    return open.size();
  }

  /// Ends the calls whose callers would not be let in any more.
  void look() {
    Map<String, Optional<Refusal>> verdicts = new HashMap<>();
    for (RpcCall call : open) {
      if (call.callerOrNobody() != null) {
        verdicts
            .computeIfAbsent(
                Optional.ofNullable(call.credential()).orElse(""), _ -> verdict(call.credential()))
            .ifPresent(call::end);
      }
    }
  }

  /// A credential that cannot be checked at present is not refused for that.
  private Optional<Refusal> verdict(@Nullable String credential) {
    try {
      var _ = callers.identify(credential, Doorkeeper.NO_CREDENTIAL);
      return Optional.empty();
    } catch (Refusal refusal) {
      return Optional.of(refusal).filter(r -> r.code().kind() == ErrorCode.Kind.UNAUTHENTICATED);
    } catch (RuntimeException failure) {
      Log.error("A credential could not be checked again", failure);
      return Optional.empty();
    }
  }

  /// Ends all calls, because the server stops.
  void endAll() {
    Refusal stopping =
        Refusal.unavailable("The server is being stopped. Call again.", COME_AGAIN, null);
    open.forEach(call -> call.end(stopping));
  }

  /// What a call takes a part of.
  ///
  /// @param words how the refusal begins when it is used up
  private record Share(String holder, int most, String words) {}

  private static final class Counted<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Runnable leave;

    Counted(ServerCall.Listener<Q> listener, Runnable leave) {
      super(listener);
      this.leave = leave;
    }

    @Override
    public void onComplete() {
      leave.run();
      super.onComplete();
    }

    @Override
    public void onCancel() {
      leave.run();
      super.onCancel();
    }
  }
}
