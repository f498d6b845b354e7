package dev.muster.server.identity;

import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The SQL of the room.
final class UserStore {
  /// A user with what a login is compared with.
  record Login(User user, String passwordHash) {}

  private UserStore() {}

  /// Empty when the e-mail address is taken, in whatever organization.
  static Optional<User> insert(
      Handle handle,
      UserId id,
      OrganizationId organization,
      NewUser user,
      String hash,
      Instant now) {
    return handle
        .createQuery(
            """
            insert into identity.users
              (organization_id, id, email, name, password_hash, role, created_at, updated_at)
            values (:organization, :id, :email, :name, :hash, :role, :now, :now)
            on conflict (lower(email)) do nothing
            returning *
            """)
        .bind("organization", organization)
        .bind("id", id.value())
        .bind("email", user.email())
        .bind("name", user.name())
        .bind("hash", hash)
        .bind("role", user.role().wireName())
        .bind("now", now)
        .map(UserStore::read)
        .findOne();
  }

  static Optional<User> find(Handle handle, OrganizationId organization, UserId id) {
    return handle
        .createQuery(
            """
            select * from identity.users
            where organization_id = :organization and id = :id
            """)
        .bind("organization", organization)
        .bind("id", id.value())
        .map(UserStore::read)
        .findOne();
  }

  /// The same, locked until the end of the transaction.
  static Optional<User> lock(Handle handle, OrganizationId organization, UserId id) {
    return handle
        .createQuery(
            """
            select * from identity.users
            where organization_id = :organization and id = :id
            for update
            """)
        .bind("organization", organization)
        .bind("id", id.value())
        .map(UserStore::read)
        .findOne();
  }

  static Optional<Login> findLogin(Handle handle, String email) {
    return handle
        .createQuery("select * from identity.users where lower(email) = lower(:email)")
        .bind("email", email)
        .map((row, context) -> new Login(read(row, context), row.getString("password_hash")))
        .findOne();
  }

  static Optional<Login> findLogin(Handle handle, OrganizationId organization, UserId id) {
    return handle
        .createQuery(
            """
            select * from identity.users
            where organization_id = :organization and id = :id
            """)
        .bind("organization", organization)
        .bind("id", id.value())
        .map((row, context) -> new Login(read(row, context), row.getString("password_hash")))
        .findOne();
  }

  /// Another hash of the same password. The user counts as unchanged.
  static void rehash(
      Handle handle, OrganizationId organization, UserId id, String before, String after) {
    handle.execute(
        """
        update identity.users set password_hash = ?
        where organization_id = ? and id = ? and password_hash = ?
        """,
        after,
        organization,
        id.value(),
        before);
  }

  /// Whether the password was still the one of the hash `before`.
  static boolean changePassword(
      Handle handle,
      OrganizationId organization,
      UserId id,
      String before,
      String after,
      Instant now) {
    return handle.execute(
            """
            update identity.users
            set password_hash = ?, updated_at = greatest(?, updated_at + interval '1 microsecond')
            where organization_id = ? and id = ? and is_active and password_hash = ?
            """,
            after,
            now,
            organization,
            id.value(),
            before)
        == 1;
  }

  static Optional<User> findFirstActiveAdmin(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            """
            select * from identity.users
            where organization_id = :organization and role = 'admin' and is_active
            order by id limit 1
            """)
        .bind("organization", organization)
        .map(UserStore::read)
        .findOne();
  }

  /// Locks the active admins, in an order that all lockers share, and returns their ids.
  static List<UserId> lockActiveAdmins(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            """
            select id from identity.users
            where organization_id = :organization and role = 'admin' and is_active
            order by id
            for update
            """)
        .bind("organization", organization)
        .mapTo(UUID.class)
        .map(UserId::new)
        .list();
  }

  static Map<UUID, String> emails(
      Handle handle, OrganizationId organization, Collection<UUID> users) {
    return handle
        .createQuery(
            """
            select id, email from identity.users
            where organization_id = :organization and id = any(:users)
            """)
        .bind("organization", organization)
        .bindArray("users", UUID.class, users)
        .reduceRows(
            new HashMap<>(),
            (emails, row) -> {
              emails.put(row.getColumn("id", UUID.class), row.getColumn("email", String.class));
              return emails;
            });
  }

  static long count(Handle handle, OrganizationId organization) {
    return handle
        .createQuery("select count(*) from identity.users where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(Long.class)
        .one();
  }

  static List<User> page(Handle handle, OrganizationId organization, int limit, int offset) {
    return handle
        .createQuery(
            """
            select * from identity.users where organization_id = :organization
            order by id limit :limit offset :offset
            """)
        .bind("organization", organization)
        .bind("limit", limit)
        .bind("offset", offset)
        .map(UserStore::read)
        .list();
  }

  static Optional<User> update(
      Handle handle,
      OrganizationId organization,
      UserId id,
      UserChange change,
      @Nullable String hash,
      Instant now) {
    Role role = change.role();
    return handle
        .createQuery(
            """
            update identity.users
            set name = coalesce(:name, name), role = coalesce(:role, role),
                is_active = coalesce(:active, is_active),
                password_hash = coalesce(:hash, password_hash), updated_at = greatest(:now, updated_at + interval '1 microsecond')
            where organization_id = :organization and id = :id
            returning *
            """)
        .bind("organization", organization)
        .bind("id", id.value())
        .bind("name", change.name())
        .bind("role", role == null ? null : role.wireName())
        .bind("active", change.active())
        .bind("hash", hash)
        .bind("now", now)
        .map(UserStore::read)
        .findOne();
  }

  /// Empty when the user is not active, or was changed after `asOf`.
  static Optional<User> seen(
      Handle handle, OrganizationId organization, UserId id, @Nullable Instant asOf, Instant now) {
    return handle
        .createQuery(
            """
            update identity.users set last_seen_at = greatest(last_seen_at, :now)
            where organization_id = :organization and id = :id and is_active
              and updated_at = coalesce(:asOf, updated_at)
            returning *
            """)
        .bind("organization", organization)
        .bind("id", id.value())
        .bind("asOf", asOf)
        .bind("now", now)
        .map(UserStore::read)
        .findOne();
  }

  static void noticed(Handle handle, OrganizationId organization, UUID user, Instant now) {
    handle
        .createUpdate(
            """
            update identity.users set last_seen_at = :now
            where organization_id = :organization and id = :user
              and (last_seen_at is null or last_seen_at < cast(:now as timestamptz) - interval '1 minute')
            """)
        .bind("organization", organization)
        .bind("user", user)
        .bind("now", now)
        .execute();
  }

  private static User read(ResultSet row, StatementContext context) throws SQLException {
    return new User(
        new UserId(row.getObject("id", UUID.class)),
        new OrganizationId(row.getObject("organization_id", UUID.class)),
        row.getString("email"),
        row.getString("name"),
        Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
        row.getBoolean("is_active"),
        row.getString("avatar_url"),
        instant(row, "last_seen_at"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("updated_at", OffsetDateTime.class).toInstant());
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
