package dev.muster.server.session;

import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.identity.User;
import dev.muster.server.identity.UserId;
import dev.muster.server.identity.Users;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.session.SessionStore.EndReason;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// The door to the sessions that people have, and to the password that begins them.
@Singleton
public class OwnSessions {
  private final Database database;
  private final InstantSource clock;
  private final Users users;
  private final CountedPasswords passwords;
  private final Families families;
  private final Audit audit;

  public OwnSessions(
      Database database,
      InstantSource clock,
      Users users,
      CountedPasswords passwords,
      Families families,
      Audit audit) {
    this.database = database;
    this.clock = clock;
    this.users = users;
    this.passwords = passwords;
    this.families = families;
    this.audit = audit;
  }

  /// The sessions of the caller that have not ended, newest first.
  public List<Session> list(Caller caller) {
    Caller.Person person = person(caller);
    return database.in(
        person.organization(),
        handle ->
            SessionStore.live(
                handle, person.organization(), new UserId(person.userId()), clock.instant()));
  }

  /// Ends a session of the caller, which may be the one by which they call.
  ///
  /// @throws Refusal `not_found` also for a session that has ended, or is somebody else's
  public void end(Caller caller, String id) {
    Caller.Person person = person(caller);
    UserId user = new UserId(person.userId());
    database.in(
        person.organization(),
        handle -> {
          SessionId session =
              SessionStore.live(handle, person.organization(), user, clock.instant()).stream()
                  .map(Session::id)
                  .filter(live -> Ids.parse(id).filter(live.value()::equals).isPresent())
                  .findFirst()
                  .orElseThrow(() -> Refusal.notFound("session"));
          families.end(handle, person, session, user, EndReason.REVOKED);
          return true;
        });
  }

  /// Ends all sessions of the caller but the one by which they call.
  public void endOthers(Caller caller) {
    Caller.Person person = person(caller);
    UserId user = new UserId(person.userId());
    database.in(
        person.organization(),
        handle -> {
          families.endAll(handle, person.organization(), user, person.session(), EndReason.REVOKED);
          tellOfAll(handle, person, user, "session.others_ended");
          return true;
        });
  }

  /// Ends all sessions of a user of the caller's organization. Who has the password logs in again:
  /// to keep somebody out, deactivate them.
  public void endAll(Caller caller, UserId id) {
    caller.require(Right.WRITE_USERS);
    User user = users.require(caller, id);
    Users.requireNoLessThan(user.role(), caller);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          families.endAll(handle, organization, user.id(), null, EndReason.REVOKED);
          tellOfAll(handle, caller, user.id(), "session.all_ended");
          return true;
        });
  }

  private void tellOfAll(Handle handle, Caller caller, UserId user, String action) {
    audit.record(handle, caller, Change.of(action, "user", user));
  }

  /// Gives the caller another password and ends their sessions, but for the one by which they call:
  /// a thief of that one has a token that the next refresh of either of the two betrays.
  ///
  /// @throws Refusal `invalid_fields`, `too_many_requests`
  public void changePassword(Caller caller, Origin origin, String current, String wanted) {
    Caller.Person person = person(caller);
    passwords.changeOwn(person, origin, users.me(person).email(), current, wanted);
  }

  private static Caller.Person person(Caller caller) {
    if (caller instanceof Caller.Person person) {
      return person;
    }
    throw Refusal.forbidden("Only a person has sessions and a password.");
  }
}
