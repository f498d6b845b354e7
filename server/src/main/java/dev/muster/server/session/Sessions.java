package dev.muster.server.session;

import dev.muster.server.identity.Authentication;
import dev.muster.server.identity.User;
import dev.muster.server.identity.UserPasswords;
import dev.muster.server.identity.Users;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.session.SessionStore.EndReason;
import dev.muster.server.session.SessionStore.Stored;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The door of those who have no credential yet: login, refresh, logout.
@Singleton
public final class Sessions {
  public static final Duration ACCESS_LASTS = Duration.ofMinutes(15);
  public static final Duration REFRESH_LASTS = Duration.ofDays(30);
  static final String NO_ACCOUNT = "No active account found with the given credentials";

  /// What a login and a refresh give.
  public record Tokens(String access, String refresh, User user) {
    @Override
    public String toString() {
      return "Tokens[" + user.id() + "]";
    }
  }

  private sealed interface Rotation {
    record Done(Stored stored, RefreshToken next) implements Rotation {}

    record Refused() implements Rotation {}
  }

  private final Database database;
  private final InstantSource clock;
  private final Users users;
  private final UserPasswords passwords;
  private final AccessTokens accessTokens;
  private final LoginThrottle throttle;

  public Sessions(
      Database database,
      InstantSource clock,
      Users users,
      UserPasswords passwords,
      AccessTokens accessTokens,
      LoginThrottle throttle) {
    this.database = database;
    this.clock = clock;
    this.users = users;
    this.passwords = passwords;
    this.accessTokens = accessTokens;
    this.throttle = throttle;
  }

  /// @param address network address of the caller, by which guesses are counted
  /// @throws Refusal `login_failed`, the same for whatever is wrong; `too_many_requests`
  public Tokens logIn(String address, String email, String password) {
    throttle.attempt(address, email);
    User user =
        switch (passwords.authenticate(email, password)) {
          case Authentication.Proven(User proven) -> proven;
          case Authentication.Refused _, Authentication.Nobody _ -> throw noAccount();
        };
    throttle.succeeded(address, email);
    RefreshToken refresh = RefreshToken.random();
    SessionId session = new SessionId(Ids.next());
    Instant now = clock.instant();
    database.in(
        user.organization(),
        handle -> {
          if (users.seen(handle, user).isEmpty()) {
            throw noAccount();
          }
          SessionStore.insertSession(
              handle, user.organization(), session, user.id(), now, now.plus(REFRESH_LASTS));
          insertToken(handle, user.organization(), session, refresh);
          return true;
        });
    return new Tokens(accessTokens.issue(user), refresh.value(), user);
  }

  /// Gives new tokens for a refresh token, which is used up by it.
  ///
  /// @throws Refusal `unauthenticated`; when the token had been used before, its session ends
  public Tokens refresh(String refreshToken) {
    Rotation rotation =
        database.acrossOrganizations(handle -> rotate(handle, new RefreshToken(refreshToken)));
    return switch (rotation) {
      case Rotation.Refused() -> throw notAccepted();
      case Rotation.Done(Stored stored, RefreshToken next) -> {
        User user =
            users.seen(stored.organization(), stored.user()).orElseThrow(Sessions::notAccepted);
        yield new Tokens(accessTokens.issue(user), next.value(), user);
      }
    };
  }

  /// Commits whatever it decides, the end of a session whose token was used twice included.
  private Rotation rotate(Handle handle, RefreshToken token) {
    Optional<Stored> found = SessionStore.findToken(handle, token);
    if (found.isEmpty()) {
      return new Rotation.Refused();
    }
    Stored stored = found.get();
    Instant now = clock.instant();
    if (!SessionStore.lockLive(handle, stored.organization(), stored.session())
        || !stored.expiresAt().isAfter(now)) {
      return new Rotation.Refused();
    }
    if (!SessionStore.use(handle, stored.organization(), stored.id(), now)) {
      SessionStore.end(handle, stored.organization(), stored.session(), EndReason.REUSE, now);
      return new Rotation.Refused();
    }
    RefreshToken next = RefreshToken.random();
    insertToken(handle, stored.organization(), stored.session(), next);
    return new Rotation.Done(stored, next);
  }

  private void insertToken(
      Handle handle, OrganizationId organization, SessionId session, RefreshToken token) {
    Instant now = clock.instant();
    SessionStore.insertToken(
        handle, organization, session, Ids.next(), token, now, now.plus(REFRESH_LASTS));
  }

  /// Ends the session of the token, if it is the caller's; a token that is unknown, used or not the
  /// caller's changes nothing and is not told apart.
  public void logOut(Caller caller, String refreshToken) {
    database.in(
        caller.organization(),
        handle -> {
          SessionStore.findToken(handle, new RefreshToken(refreshToken))
              .filter(stored ->
                  caller instanceof Caller.Person person
                      && person.userId().equals(stored.user().value()))
              .ifPresent(stored ->
                  SessionStore.end(
                      handle,
                      stored.organization(),
                      stored.session(),
                      EndReason.LOGOUT,
                      clock.instant()));
          return true;
        });
  }

  private static Refusal noAccount() {
    return Refusal.of(ErrorCode.LOGIN_FAILED, NO_ACCOUNT);
  }

  private static Refusal notAccepted() {
    return Refusal.unauthenticated("The refresh token is not accepted; log in again.");
  }
}
