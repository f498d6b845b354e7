package dev.muster.cli.client;

import java.util.Optional;
import java.util.function.Supplier;

/// Who calls, and the way to a new access token when the present one has expired.
///
/// @param rest the server to renew at, without a credential; only asked for when it is needed
public record Caller(Session session, Supplier<Api> rest) {

  /// Nobody in particular, or a program with a key: neither has anything to renew.
  public static Caller of(Session session) {
    return new Caller(
        session,
        () -> {
          throw new IllegalStateException("This session renews nothing");
        });
  }

  public Optional<String> access() {
    return session.access();
  }

  /// Another access token in place of a refused one; empty when there is none to be had.
  public Optional<String> renew(String refused) {
    return session.renews() ? session.renew(rest.get(), refused) : Optional.empty();
  }
}
