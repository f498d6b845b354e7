package dev.muster.server.testing;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;

/// Makes organizations, and people of them who need no login.
public final class Tenants {
  private Tenants() {}

  public static OrganizationId fresh(Database database) {
    OrganizationId organization = new OrganizationId(Ids.next());
    database.acrossOrganizations(handle ->
        handle.execute(
            """
            insert into organization.organization (id, name, created_at)
            values (?, 'test ' || cast(? as uuid), now())
            """,
            organization,
            organization));
    return organization;
  }

  /// One of the server under test, with all that a new organization has.
  public static OrganizationId served() {
    String id = Api.ofNewOrganization().get("/api/users/me/").at("organization");
    return new OrganizationId(Ids.parse(id).orElseThrow());
  }

  public static Caller.Person person(OrganizationId organization, Role role) {
    return new Caller.Person(organization, Ids.next(), role, false, false);
  }

  /// Who acts without a credential in open mode.
  public static Caller.Person anybody(OrganizationId organization) {
    return new Caller.Person(organization, Ids.next(), Role.OPERATOR, true, true);
  }
}
