package dev.muster.server.identity;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.organization.Organization;
import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Role;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The door by which an organization and its first admin are made, together or not at all.
@Singleton
public final class Tenants {
  /// An organization and the admin that it began with.
  public record Tenant(Organization organization, User admin) {}

  private final Database database;
  private final Organizations organizations;
  private final Users users;
  private final Passwords passwords;
  private final Audit audit;

  public Tenants(
      Database database,
      Organizations organizations,
      Users users,
      Passwords passwords,
      Audit audit) {
    this.database = database;
    this.organizations = organizations;
    this.users = users;
    this.passwords = passwords;
    this.audit = audit;
  }

  public Tenant create(
      Caller caller, String name, String adminEmail, String adminName, String adminPassword) {
    caller.require(Right.WRITE_ORGANIZATIONS);
    NewUser admin = new NewUser(adminEmail, adminName, adminPassword, Role.ADMIN);
    String hash = passwords.hash("admin_password", adminPassword);
    OrganizationId id = new OrganizationId(Ids.next());
    return database.in(
        id,
        handle -> {
          Organization made = organizations.create(handle, caller, id, name);
          tell(handle, caller, made);
          return new Tenant(made, users.insert(handle, caller, id, admin, hash));
        });
  }

  /// The first one; false when there is one already. `beforeCommit` runs when only the commit is
  /// left.
  boolean createHome(String name, NewUser admin, Runnable beforeCommit) {
    String hash = passwords.hash("muster.admin-password", admin.password());
    OrganizationId id = new OrganizationId(Ids.next());
    return database.in(
        id,
        handle -> {
          Optional<Organization> made = organizations.createHome(handle, id, name);
          if (made.isEmpty()) {
            return false;
          }
          Caller server = new Caller.Server(id, "first-start");
          tell(handle, server, made.get());
          users.insert(handle, server, id, admin, hash);
          beforeCommit.run();
          return true;
        });
  }

  /// In the log of the organization that is made, where its admins find it.
  private void tell(Handle handle, Caller caller, Organization made) {
    audit.record(
        handle,
        made.id(),
        caller,
        Change.of("organization.created", "organization", made.id())
            .to(Json.obj(Map.of("name", Json.of(made.name())))));
  }
}
