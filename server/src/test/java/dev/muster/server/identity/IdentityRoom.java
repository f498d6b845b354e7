package dev.muster.server.identity;

import dev.muster.server.audit.Audit;
import dev.muster.server.organization.Organizations;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.TestSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// What one node has of the room: two of them on one database are two nodes.
public final class IdentityRoom {
  public static final String PASSWORD = "correct-horse-battery";

  public final Audit audit;
  public final Organizations organizations;
  public final ActiveUsers activeUsers;
  public final Users users;
  public final UserPasswords passwords;
  public final ApiKeys keys;

  /// A node that hears and sends nothing until the broadcast is started.
  public IdentityRoom(
      Database database, InstantSource clock, Broadcast broadcast, UserListener... listeners) {
    Passwords bcrypt = new Passwords(4);
    audit = Audits.on(clock);
    organizations = new Organizations(database, clock, List.of());
    activeUsers = new ActiveUsers(database, organizations, broadcast);
    users = new Users(database, clock, bcrypt, activeUsers, audit, List.of(listeners));
    passwords = new UserPasswords(database, clock, bcrypt, audit, List.of(listeners));
    Quotas unlimited = new Quotas(TestSettings.of(Map.of()), List.of());
    keys = new ApiKeys(database, clock, activeUsers, broadcast, audit, unlimited);
  }

  /// The same door on a node that has no processor left for passwords.
  public static UserPasswords tooBusy(Database database, InstantSource clock) {
    Passwords none = new Passwords(4, 12, 0, Duration.ZERO);
    return new UserPasswords(database, clock, none, Audits.on(clock), List.of());
  }

  /// A new user with [#PASSWORD].
  public User user(OrganizationId organization, Role role) {
    return users.create(
        new Caller.Server(organization, "test"),
        new NewUser(Ids.next() + "@example.org", "A " + role.wireName(), PASSWORD, role));
  }

  /// The user as they call now.
  public Caller.Person caller(User user) {
    return activeUsers.caller(user.organization(), user.id()).orElseThrow();
  }
}
