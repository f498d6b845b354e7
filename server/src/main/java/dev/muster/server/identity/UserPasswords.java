package dev.muster.server.identity;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The door by which people prove who they are by their password, and change it themselves. It
/// counts no attempts; the room of the logins does.
@Singleton
public class UserPasswords {
  private final Database database;
  private final InstantSource clock;
  private final Passwords passwords;
  private final Audit audit;
  private final List<UserListener> listeners;

  public UserPasswords(
      Database database,
      InstantSource clock,
      Passwords passwords,
      Audit audit,
      @All List<UserListener> listeners) {
    this.database = database;
    this.clock = clock;
    this.passwords = passwords;
    this.audit = audit;
    this.listeners = List.copyOf(listeners);
  }

  /// Who has this e-mail address and password. An unknown address, a wrong password and a
  /// deactivated user all take the same time. A password that is right and was hashed at another
  /// cost than is set now is hashed anew.
  public Authentication authenticate(String email, String password) {
    UserStore.Login login =
        database
            .acrossOrganizations(handle -> UserStore.findLogin(handle, email.strip()))
            .orElse(null);
    if (login == null) {
      var _ = passwords.matches(password, null);
      return new Authentication.Nobody();
    }
    if (!passwords.matches(password, login.passwordHash()) || !login.user().active()) {
      return new Authentication.Refused(login.user());
    }
    if (passwords.isOutdated(login.passwordHash())) {
      rehash(login, password);
    }
    return new Authentication.Proven(login.user());
  }

  private void rehash(UserStore.Login login, String password) {
    String hash = passwords.hashAgain(password);
    User user = login.user();
    database.in(
        user.organization(),
        handle -> {
          UserStore.rehash(handle, user.organization(), user.id(), login.passwordHash(), hash);
          return null;
        });
  }

  /// Gives the caller another password, if `current` is theirs. What the old one began ends, but
  /// for the session by which they call.
  ///
  /// @throws Refusal `invalid_fields`
  public void changeOwn(Caller.Person caller, String current, String wanted) {
    OrganizationId organization = caller.organization();
    UserId id = new UserId(caller.userId());
    UserStore.@Nullable Login login =
        database
            .in(organization, handle -> UserStore.findLogin(handle, organization, id))
            .orElse(null);
    if (login == null || !passwords.matches(current, login.passwordHash())) {
      throw notTheCurrent();
    }
    if (current.equals(wanted)) {
      throw Refusal.invalid("new_password", "must be another than the current one");
    }
    String hash = passwords.hash("new_password", wanted);
    database.in(
        organization,
        handle -> {
          if (!UserStore.changePassword(
              handle, organization, id, login.passwordHash(), hash, clock.instant())) {
            throw notTheCurrent(); // somebody else has changed it meanwhile
          }
          audit.record(
              handle,
              caller,
              UserChange.about("user.password_changed", login.user())
                  .to(Json.obj(Map.of("password", Json.of("changed")))));
          listeners.forEach(
              listener -> listener.changedOwnPassword(handle, organization, id, caller.session()));
          return null;
        });
  }

  private static Refusal notTheCurrent() {
    return Refusal.invalid("current_password", "is not your password");
  }
}
