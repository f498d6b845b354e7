package dev.muster.server.identity;

import dev.muster.server.organization.Organization;
import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Role;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// The door by which an organization and its first admin are made, together or not at all.
@Singleton
public final class Tenants {
  /// An organization and the admin that it began with.
  public record Tenant(Organization organization, User admin) {}

  /// Makes the organization in a transaction of its own.
  private interface Founding {
    Organization in(Handle handle, OrganizationId id);
  }

  private final Database database;
  private final Organizations organizations;
  private final Users users;
  private final Passwords passwords;

  public Tenants(Database database, Organizations organizations, Users users, Passwords passwords) {
    this.database = database;
    this.organizations = organizations;
    this.users = users;
    this.passwords = passwords;
  }

  public Tenant create(
      Caller caller, String name, String adminEmail, String adminName, String adminPassword) {
    caller.require(Right.WRITE_ORGANIZATIONS);
    NewUser admin = new NewUser(adminEmail, adminName, adminPassword, Role.ADMIN);
    String hash = passwords.hash("admin_password", adminPassword);
    return found(
        admin, hash, (handle, id) -> organizations.create(handle, caller, id, name), () -> {});
  }

  /// The first one. `beforeCommit` runs when only the commit is left.
  Tenant createHome(String name, NewUser admin, Runnable beforeCommit) {
    String hash = passwords.hash("muster.admin-password", admin.password());
    return found(
        admin, hash, (handle, id) -> organizations.createHome(handle, id, name), beforeCommit);
  }

  private Tenant found(NewUser admin, String hash, Founding founding, Runnable beforeCommit) {
    OrganizationId id = new OrganizationId(Ids.next());
    return database.in(
        id,
        handle -> {
          Organization organization = founding.in(handle, id);
          User user = users.insert(handle, id, admin, hash);
          beforeCommit.run();
          return new Tenant(organization, user);
        });
  }
}
