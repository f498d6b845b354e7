package dev.muster.server.testing;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.web.CredentialCheck;
import jakarta.inject.Singleton;
import java.util.Locale;

/// Takes the place of logging in: the credential itself says who calls.
@Singleton
public class FakeLogin implements CredentialCheck {
  private static final String PREFIX = "test-person.";

  public static String as(OrganizationId organization, Role role) {
    return PREFIX + role.wireName() + "." + organization;
  }

  @Override
  public boolean recognizes(String credential) {
    return credential.startsWith(PREFIX);
  }

  @Override
  public Caller check(String credential) {
    String[] parts = credential.split("\\.", -1);
    return Tenants.person(
        new OrganizationId(Ids.parse(parts[2]).orElseThrow()),
        Role.valueOf(parts[1].toUpperCase(Locale.ROOT)));
  }
}
