package dev.muster.server.identity;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The shapes of users in JSON.
final class UserWire {
  static final String EMAIL_FORM = "\\s*[^\\s@]+@[^\\s@]+\\s*";
  static final String EMAIL_MESSAGE = "must be an e-mail address, such as ada@example.org";
  private static final String ROLES = "admin|operator|viewer|member";
  private static final String ROLE_MESSAGE = "must be one of admin, operator, viewer, member";

  private UserWire() {}

  @JsonNaming(SnakeCaseStrategy.class)
  record UserBody(
      String id,
      String organization,
      String organizationName,
      String email,
      String name,
      @Nullable String avatarUrl,
      String role,
      @JsonProperty("is_active") boolean active,
      @Nullable Instant lastSeenAt,
      Instant createdAt,
      Instant updatedAt) {}

  static UserBody of(User user, String organizationName) {
    return new UserBody(
        user.id().toString(),
        user.organization().toString(),
        organizationName,
        user.email(),
        user.name(),
        user.avatarUrl(),
        user.role().wireName(),
        user.active(),
        user.lastSeenAt(),
        user.createdAt(),
        user.updatedAt());
  }

  record NewUserBody(
      @NotNull(message = EMAIL_MESSAGE)
          @Pattern(regexp = EMAIL_FORM, message = EMAIL_MESSAGE)
          @Size(max = 254, message = "must have {max} characters at the most")
          String email,
      @NotBlank(message = "must not be empty")
          @Size(max = 200, message = "must have {max} characters at the most")
          String name,
      @NotNull(message = "must not be missing") String password,
      @NotNull(message = ROLE_MESSAGE) @Pattern(regexp = ROLES, message = ROLE_MESSAGE)
          String role) {
    NewUser user() {
      return new NewUser(email.strip(), name.strip(), password, roleNamed(role));
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record UserChangeBody(
      @Nullable
          @Pattern(regexp = "(?s).*\\S.*", message = "must not be empty")
          @Size(max = 200, message = "must have {max} characters at the most")
          String name,
      @Nullable @Pattern(regexp = ROLES, message = ROLE_MESSAGE) String role,
      @JsonProperty("is_active") @Nullable Boolean active,
      @Nullable String password) {
    UserChange change() {
      return new UserChange(
          name == null ? null : name.strip(),
          role == null ? null : roleNamed(role),
          active,
          password);
    }
  }

  private static Role roleNamed(String name) {
    return Role.named(name).orElseThrow(() -> Refusal.invalid("role", ROLE_MESSAGE));
  }
}
