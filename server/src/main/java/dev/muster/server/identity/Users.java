package dev.muster.server.identity;

import dev.muster.server.audit.Audit;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Role;
import dev.muster.server.platform.Slice;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The door to the people of an organization.
@Singleton
public final class Users {
  private final Database database;
  private final InstantSource clock;
  private final Passwords passwords;
  private final ActiveUsers activeUsers;
  private final Audit audit;
  private final List<UserListener> listeners;

  public Users(
      Database database,
      InstantSource clock,
      Passwords passwords,
      ActiveUsers activeUsers,
      Audit audit,
      @All List<UserListener> listeners) {
    this.database = database;
    this.clock = clock;
    this.passwords = passwords;
    this.activeUsers = activeUsers;
    this.audit = audit;
    this.listeners = List.copyOf(listeners);
  }

  /// The caller as a user; whatever the role, people may see themselves.
  public User me(Caller caller) {
    if (caller instanceof Caller.Person person) {
      return find(person.organization(), new UserId(person.userId()))
          .orElseThrow(() -> Refusal.notFound("user"));
    }
    throw Refusal.forbidden("Only a person has a user; this credential is of another kind.");
  }

  public User require(Caller caller, UserId id) {
    caller.require(Right.READ_USERS);
    return find(caller.organization(), id).orElseThrow(() -> Refusal.notFound("user"));
  }

  /// The users of the caller's organization, oldest first.
  public Slice<User> list(Caller caller, int limit, int offset) {
    caller.require(Right.READ_USERS);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Slice<>(
                UserStore.count(handle, organization),
                UserStore.page(handle, organization, limit, offset)));
  }

  /// @throws Refusal `already_exists` when a user of whatever organization has the e-mail address
  public User create(Caller caller, NewUser user) {
    caller.require(Right.WRITE_USERS);
    requireNoLessThan(user.role(), caller);
    String hash = passwords.hash("password", user.password());
    OrganizationId organization = caller.organization();
    return database.in(organization, handle -> insert(handle, caller, organization, user, hash));
  }

  /// Makes a user of whatever organization the transaction is of.
  User insert(
      Handle handle, Caller caller, OrganizationId organization, NewUser user, String hash) {
    User made =
        UserStore.insert(handle, new UserId(Ids.next()), organization, user, hash, clock.instant())
            .orElseThrow(() ->
                Refusal.of(
                    ErrorCode.ALREADY_EXISTS,
                    "A user with the e-mail address " + user.email() + " exists already."));
    audit.record(handle, organization, caller, UserChange.toldOfNew(made));
    return made;
  }

  /// @throws Refusal `last_admin` when nobody would be left who could undo it
  public User change(Caller caller, UserId id, UserChange change) {
    caller.require(Right.WRITE_USERS);
    Role role = change.role();
    if (role != null) {
      requireNoLessThan(role, caller);
    }
    String password = change.password();
    String hash = password == null ? null : passwords.hash("password", password);
    return database.in(caller.organization(), handle -> update(handle, caller, id, change, hash));
  }

  private User update(
      Handle handle, Caller caller, UserId id, UserChange change, @Nullable String hash) {
    OrganizationId organization = caller.organization();
    if (change.takesAdminAway()
        && UserStore.lockActiveAdmins(handle, organization).equals(List.of(id))) {
      throw Refusal.of(
          ErrorCode.LAST_ADMIN,
          "This is the only active admin of the organization. Make another user an admin first.");
    }
    User before =
        UserStore.lock(handle, organization, id).orElseThrow(() -> Refusal.notFound("user"));
    requireNoLessThan(before.role(), caller);
    User changed =
        UserStore.update(handle, organization, id, change, hash, clock.instant())
            .orElseThrow(() -> Refusal.notFound("user"));
    if (hash != null || change.deactivates()) {
      listeners.forEach(listener -> listener.lostAccess(handle, organization, id));
    }
    audit.record(handle, caller, change.told(before, changed));
    activeUsers.forgetAfterCommit(handle, organization, id);
    return changed;
  }

  /// An API key hands nobody more than it holds, by a role or by the password of one who has it.
  public static void requireNoLessThan(Role role, Caller caller) {
    if (caller instanceof Caller.Key key
        && Arrays.stream(Right.values())
            .filter(right -> role.has(right) && (key.home() || !right.ofHomeOnly()))
            .anyMatch(right -> !key.rights().contains(right))) {
      throw Refusal.forbidden(
          "This API key may not make or change users of the role "
              + role.wireName()
              + ", which allows more than the key does.");
    }
  }

  /// Notes that an active user was here, and returns the user as stored now. For a refresh, which
  /// has no caller yet.
  public Optional<User> seen(OrganizationId organization, UserId id) {
    return database.in(
        organization, handle -> UserStore.seen(handle, organization, id, null, clock.instant()));
  }

  /// The same in the transaction of a login, which `user` was authenticated for. Empty when the
  /// user was changed meanwhile: the password may be another.
  public Optional<User> seen(Handle handle, User user) {
    return UserStore.seen(
        handle, user.organization(), user.id(), user.updatedAt(), clock.instant());
  }

  /// Notes that a user was here, at most once a minute.
  public void noticed(Handle handle, OrganizationId organization, UUID user) {
    UserStore.noticed(handle, organization, user, clock.instant());
  }

  private Optional<User> find(OrganizationId organization, UserId id) {
    return database.in(organization, handle -> UserStore.find(handle, organization, id));
  }
}
