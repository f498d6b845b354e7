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

/// The door by which an organization and its first admin are made, together or not at all.
@Singleton
public final class Tenants {
  /// An organization and the admin that it began with.
  public record Tenant(Organization organization, User admin) {}

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
    OrganizationId id = new OrganizationId(Ids.next());
    return database.in(
        id,
        handle ->
            new Tenant(
                organizations.create(handle, caller, id, name),
                users.insert(handle, id, admin, hash)));
  }

  /// The first one; false when there is one already. `beforeCommit` runs when only the commit is
  /// left.
  boolean createHome(String name, NewUser admin, Runnable beforeCommit) {
    String hash = passwords.hash("muster.admin-password", admin.password());
    OrganizationId id = new OrganizationId(Ids.next());
    return database.in(
        id,
        handle -> {
          if (organizations.createHome(handle, id, name).isEmpty()) {
            return false;
          }
          users.insert(handle, id, admin, hash);
          beforeCommit.run();
          return true;
        });
  }
}
