package dev.muster.server.platform;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Who calls a door, after authentication. Every door takes it first, and checks it first.
public sealed interface Caller {
  OrganizationId organization();

  /// Refuses with `forbidden` unless the caller holds the right.
  void require(Right right);

  /// A person with a role. `open` when nobody logged in and open mode lets them act as an operator.
  ///
  /// @param session the login by which they call; null without one
  record Person(
      OrganizationId organization,
      UUID userId,
      Role role,
      boolean home,
      boolean open,
      @Nullable UUID session)
      implements Caller {
    public Person(OrganizationId organization, UUID userId, Role role, boolean home, boolean open) {
      this(organization, userId, role, home, open, null);
    }

    /// The same person, by this login.
    public Person by(UUID session) {
      return new Person(organization, userId, role, home, open, session);
    }

    @Override
    public void require(Right right) {
      if (!role.has(right) || (right.ofHomeOnly() && !home)) {
        throw Refusal.forbidden(
            "Your role (" + role.wireName() + ") does not allow you to " + right.phrase() + ".");
      }
    }
  }

  /// A program that showed an API key, which holds the rights of its scopes and no others.
  record Key(OrganizationId organization, UUID keyId, Set<Right> rights, boolean home)
      implements Caller {
    public Key {
      rights = Set.copyOf(rights);
    }

    @Override
    public void require(Right right) {
      if (!rights.contains(right) || (right.ofHomeOnly() && !home)) {
        throw Refusal.forbidden("This API key does not allow to " + right.phrase() + ".");
      }
    }
  }

  /// A device that showed its device token.
  record Device(OrganizationId organization, UUID deviceId, UUID credentialId) implements Caller {
    @Override
    public void require(Right right) {
      throw Refusal.forbidden("A device token does not allow to " + right.phrase() + ".");
    }
  }

  /// Whoever holds an enrollment token: may enroll, and nothing else.
  record Enroller(OrganizationId organization, UUID tokenId) implements Caller {
    @Override
    public void require(Right right) {
      throw Refusal.forbidden("An enrollment token does not allow to " + right.phrase() + ".");
    }
  }

  /// The server itself, in a job or a room's listener, whose name it has.
  record Server(OrganizationId organization, String job) implements Caller {
    @Override
    public void require(Right right) {}
  }
}
