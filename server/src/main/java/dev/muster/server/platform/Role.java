package dev.muster.server.platform;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What a person is in an organization.
public enum Role {
  ADMIN,
  OPERATOR,
  VIEWER,
  MEMBER;

  public boolean has(Right right) {
    return switch (right) {
      case READ -> true;
      case WRITE_TASKS -> this != VIEWER;
      case WRITE_DEVICES, ACT, WRITE_POLICIES, WRITE_ENROLLMENT, READ_USERS, CHANGE_ANY_TASK ->
          this == ADMIN || this == OPERATOR;
      case WRITE_USERS,
          WRITE_KEYS,
          WRITE_SETTINGS,
          READ_AUDIT,
          ERASE,
          WRITE_ORGANIZATIONS,
          BACK_UP,
          KEEP_ARCHIVES ->
          this == ADMIN;
    };
  }

  /// The role of this [#wireName].
  public static Optional<Role> named(String wireName) {
    return Arrays.stream(values()).filter(role -> role.wireName().equals(wireName)).findFirst();
  }

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
