package dev.muster.server.identity;

import dev.muster.server.platform.Right;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What an API key may be made for.
///
/// | scope | rights |
/// | --- | --- |
/// | `read` | see devices, groups, policies, compliance and tasks |
/// | `devices` | `read`; register and change devices and groups, revoke device tokens |
/// | `actions` | `read`; send commands to devices and cancel them |
/// | `tasks` | `read`; make and change tasks, projects and comments, whoever has them |
/// | `policies` | `read`; create, publish, roll back, archive and assign policies |
/// | `enrollment` | make, list and revoke enrollment tokens |
/// | `users:read` | see users |
/// | `users` | `users:read`; make and change users whose role has no right that the key lacks |
/// | `keys` | list and revoke API keys; only people make them |
/// | `audit` | read the audit log |
/// | `settings` | `read`; change what the organization allows |
/// | `erase` | `read`; remove devices and people for good |
///
/// What only the first organization's admins may do, no scope gives: a key is found in scripts and
/// settings of other systems, and these rights reach every organization.
public enum Scope {
  READ,
  DEVICES,
  ACTIONS,
  TASKS,
  POLICIES,
  ENROLLMENT,
  USERS_READ,
  USERS,
  KEYS,
  AUDIT,
  SETTINGS,
  ERASE;

  public Set<Right> rights() {
    return switch (this) {
      case READ -> Set.of(Right.READ);
      case DEVICES -> Set.of(Right.READ, Right.WRITE_DEVICES);
      case ACTIONS -> Set.of(Right.READ, Right.ACT);
      case TASKS -> Set.of(Right.READ, Right.WRITE_TASKS, Right.CHANGE_ANY_TASK);
      case POLICIES -> Set.of(Right.READ, Right.WRITE_POLICIES);
      case ENROLLMENT -> Set.of(Right.WRITE_ENROLLMENT);
      case USERS_READ -> Set.of(Right.READ_USERS);
      case USERS -> Set.of(Right.READ_USERS, Right.WRITE_USERS);
      case KEYS -> Set.of(Right.WRITE_KEYS);
      case AUDIT -> Set.of(Right.READ_AUDIT);
      case SETTINGS -> Set.of(Right.READ, Right.WRITE_SETTINGS);
      case ERASE -> Set.of(Right.READ, Right.ERASE);
    };
  }

  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', ':');
  }

  /// The scope of this [#wireName].
  public static Optional<Scope> named(String wireName) {
    return Arrays.stream(values()).filter(scope -> scope.wireName().equals(wireName)).findFirst();
  }

  /// All names, for a sentence.
  static String names() {
    return Arrays.stream(values()).map(Scope::wireName).collect(Collectors.joining(", "));
  }
}
