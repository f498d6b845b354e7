package dev.muster.server.identity;

import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Idempotency;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Removes a person with all that is known of them, at once and for good: the user, the sessions,
/// the API keys. What the person has made stays and names a maker whom nobody can look up any more.
@Singleton
public final class UserErasure {
  private final Database database;
  private final ActiveUsers activeUsers;
  private final Audit audit;
  private final List<UserBelongings> belongings;

  public UserErasure(
      Database database,
      ActiveUsers activeUsers,
      Audit audit,
      @All List<UserBelongings> belongings) {
    this.database = database;
    this.activeUsers = activeUsers;
    this.audit = audit;
    this.belongings = List.copyOf(belongings);
  }

  /// @throws Refusal `not found`; `last_admin` when nobody would be left to manage users;
  ///   `forbidden` for the caller's own user, because nobody could answer for it afterwards
  public void erase(Caller caller, UserId user) {
    caller.require(Right.ERASE);
    if (caller instanceof Caller.Person person && person.userId().equals(user.value())) {
      throw Refusal.forbidden("You cannot erase yourself. Ask another admin to do it.");
    }
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          if (UserStore.lockActiveAdmins(handle, organization).equals(List.of(user))) {
            throw Refusal.of(
                ErrorCode.LAST_ADMIN,
                "This is the only active admin of the organization. Make another user an admin"
                    + " first.");
          }
          if (!UserErasureStore.lock(handle, organization, user)) {
            throw Refusal.notFound("user");
          }
          belongings.forEach(room -> room.erase(handle, organization, user));
          Idempotency.forget(handle, organization, user.value());
          UserErasureStore.delete(handle, organization, user);
          eraseFromLog(handle, organization, user);
          audit.record(handle, caller, Change.of("user.erased", "user", user));
          activeUsers.forgetAfterCommit(handle, organization, user);
          return null;
        });
  }

  /// The one place where the log loses what is personal; the entries stay.
  private void eraseFromLog(Handle handle, OrganizationId organization, UserId user) {
    audit.erasePerson(handle, organization, user.value());
  }
}
