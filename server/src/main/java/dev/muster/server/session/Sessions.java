package dev.muster.server.session;

import dev.muster.server.identity.User;
import dev.muster.server.identity.Users;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Refusal;
import dev.muster.server.session.Families.Continued;
import dev.muster.server.session.SessionStore.EndReason;
import jakarta.inject.Singleton;

/// The door of those who have no credential yet: login, refresh, logout.
@Singleton
public class Sessions {
  /// What a login and a refresh give.
  public record Tokens(String access, String refresh, User user) {
    @Override
    public String toString() {
      return "Tokens[" + user.id() + "]";
    }
  }

  private final Database database;
  private final Users users;
  private final CountedPasswords passwords;
  private final AccessTokens accessTokens;
  private final Families families;

  public Sessions(
      Database database,
      Users users,
      CountedPasswords passwords,
      AccessTokens accessTokens,
      Families families) {
    this.database = database;
    this.users = users;
    this.passwords = passwords;
    this.accessTokens = accessTokens;
    this.families = families;
  }

  /// @throws Refusal `login_failed`, the same for whatever is wrong; `too_many_requests`
  public Tokens logIn(Origin origin, String email, String password) {
    User user = passwords.require(origin, email, password);
    Continued begun =
        database.in(
            user.organization(),
            handle -> {
              if (users.seen(handle, user).isEmpty()) {
                throw CountedPasswords.noAccount();
              }
              return families.begin(handle, user, origin);
            });
    return tokens(user, begun);
  }

  /// Gives new tokens for a refresh token, which is used up by it.
  ///
  /// @throws Refusal `unauthenticated`; when the token had been used before, its session ends
  public Tokens refresh(String refreshToken) {
    Continued continued =
        database
            .acrossOrganizations(handle -> families.rotate(handle, new RefreshToken(refreshToken)))
            .orElseThrow(Sessions::notAccepted);
    User user =
        users.seen(continued.organization(), continued.user()).orElseThrow(Sessions::notAccepted);
    return tokens(user, continued);
  }

  private Tokens tokens(User user, Continued session) {
    return new Tokens(accessTokens.issue(user, session.session()), session.next().value(), user);
  }

  /// Ends the session of the token, used or not, if it is the caller's; a token that is unknown or
  /// not the caller's changes nothing and is not told apart.
  public void logOut(Caller caller, String refreshToken) {
    database.in(
        caller.organization(),
        handle -> {
          SessionStore.findToken(handle, new RefreshToken(refreshToken))
              .filter(stored ->
                  caller instanceof Caller.Person person
                      && person.userId().equals(stored.user().value()))
              .ifPresent(stored ->
                  families.end(handle, caller, stored.session(), stored.user(), EndReason.LOGOUT));
          return true;
        });
  }

  private static Refusal notAccepted() {
    return Refusal.unauthenticated("The refresh token is not accepted; log in again.");
  }
}
