package dev.muster.server.session;

import static java.util.Objects.requireNonNull;

import dev.muster.server.device.Device;
import dev.muster.server.device.PersonalDevices;
import dev.muster.server.identity.User;
import dev.muster.server.identity.Users;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Refusal;
import dev.muster.server.session.Families.Continued;
import dev.muster.server.session.SessionStore.EndReason;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

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

  /// Who wants to log in.
  ///
  /// @param fingerprint of the machine, when the client tells it
  /// @param deviceName what the machine shall be called, if it is new
  public record Login(
      String email, String password, @Nullable String fingerprint, @Nullable String deviceName) {
    @Override
    public String toString() {
      return "Login";
    }
  }

  /// @param device the one of the fingerprint; the same user and fingerprint give the same
  public record LoggedIn(Tokens tokens, @Nullable Device device) {}

  private record Begun(Continued session, @Nullable Device device) {}

  private final Database database;
  private final Users users;
  private final CountedPasswords passwords;
  private final AccessTokens accessTokens;
  private final Families families;
  private final PersonalDevices devices;

  public Sessions(
      Database database,
      Users users,
      CountedPasswords passwords,
      AccessTokens accessTokens,
      Families families,
      PersonalDevices devices) {
    this.database = database;
    this.users = users;
    this.passwords = passwords;
    this.accessTokens = accessTokens;
    this.families = families;
    this.devices = devices;
  }

  /// @throws Refusal `login_failed`, the same for whatever is wrong; `too_many_requests`; `device
  ///   deactivated` when it is that of the fingerprint
  public LoggedIn logIn(Origin origin, Login login) {
    User user = passwords.require(origin, login.email(), login.password());
    Begun begun =
        database.in(
            user.organization(),
            handle -> {
              if (users.seen(handle, user).isEmpty()) {
                throw CountedPasswords.noAccount();
              }
              Device device = login.fingerprint() == null ? null : device(handle, user, login);
              return new Begun(families.begin(handle, user, origin), device);
            });
    return new LoggedIn(tokens(user, begun.session()), begun.device());
  }

  private Device device(Handle handle, User user, Login login) {
    Caller.Person person =
        new Caller.Person(user.organization(), user.id().value(), user.role(), false, false);
    return devices.loggedInOn(
        handle, person, user.name(), requireNonNull(login.fingerprint()), login.deviceName());
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
