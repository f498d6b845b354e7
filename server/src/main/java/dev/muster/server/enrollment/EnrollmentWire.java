package dev.muster.server.enrollment;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.device.Device;
import dev.muster.server.policy.DesiredPolicy;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The shapes of enrolling: camelCase in the loop, snake_case under `/v1` and `/api`.
final class EnrollmentWire {
  private static final String TEXT_RULE = "must be a string of 200 characters at the most";
  private static final String NOT_BLANK = "(?s).*\\S.*";
  private static final String NAME_RULE = "must have 1 to 200 characters";
  private static final String USES_RULE = "must be a whole number from 1 to 1000000";
  private static final String LIFETIME_RULE = "must be a whole number from 1 to 31536000 (a year)";
  private static final int ONE_DAY = 86_400;

  private EnrollmentWire() {}

  /// What an agent says of itself in the loop.
  public record EnrollRequest(
      @NotNull(message = TEXT_RULE) @Size(max = 200, message = TEXT_RULE) String model,
      @NotNull(message = TEXT_RULE) @Size(max = 200, message = TEXT_RULE) String osVersion,
      @NotNull(message = TEXT_RULE) @Size(max = 200, message = TEXT_RULE) String agentVersion,
      @Nullable
          @Size(max = 200, message = NAME_RULE)
          @Pattern(regexp = NOT_BLANK, message = NAME_RULE)
          String alias,
      @Nullable
          @Size(max = 200, message = NAME_RULE)
          @Pattern(regexp = NOT_BLANK, message = NAME_RULE)
          String hardwareId,
      @Nullable
          @Pattern(
              regexp = "ANDROID|LINUX|MACOS|IOS|WINDOWS|OTHER",
              message = "must be one of ANDROID, LINUX, MACOS, IOS, WINDOWS, OTHER")
          String platform) {
    Enrolling toEnrolling() {
      return new Enrolling(
          alias,
          platform == null ? null : Platform.valueOf(platform),
          new Device.Hardware(hardwareId, model, osVersion, agentVersion));
    }
  }

  /// A device id in a body of the loop.
  public record DeviceRef(String value) {}

  /// What a device should be. `settings` is the whole of it.
  public record DevicePolicy(long version, boolean cameraDisabled, Json.Obj settings) {
    static DevicePolicy of(DesiredPolicy desired) {
      return new DevicePolicy(desired.version(), desired.cameraDisabled(), desired.settings());
    }
  }

  /// The answer to an agent that was let in.
  public record EnrollResponse(
      DeviceRef deviceId, DevicePolicy policy, String deviceToken, String commandSecret) {
    static EnrollResponse of(Enrolled enrolled) {
      return new EnrollResponse(
          new DeviceRef(enrolled.device().handle()),
          DevicePolicy.of(enrolled.policy()),
          enrolled.credentials().deviceToken(),
          enrolled.credentials().commandSecret());
    }
  }

  /// What a device says of itself under `/v1`.
  @JsonNaming(SnakeCaseStrategy.class)
  public record Registration(
      @NotBlank(message = NAME_RULE) @Size(max = 200, message = NAME_RULE) String alias,
      @Nullable
          @Size(max = 200, message = NAME_RULE)
          @Pattern(regexp = NOT_BLANK, message = NAME_RULE)
          String hardwareId) {
    Enrolling toEnrolling() {
      return new Enrolling(alias, null, new Device.Hardware(hardwareId, null, null, null));
    }
  }

  /// The answer under `/v1`.
  @JsonNaming(SnakeCaseStrategy.class)
  public record Registered(String deviceToken, String deviceId, String commandSecret) {
    static Registered of(Enrolled enrolled) {
      return new Registered(
          enrolled.credentials().deviceToken(),
          enrolled.device().handle(),
          enrolled.credentials().commandSecret());
    }
  }

  /// An enrollment token to make. Groups and policies go by name or id.
  @JsonNaming(SnakeCaseStrategy.class)
  public record TokenCreation(
      @Nullable @Size(max = 200, message = TEXT_RULE) String name,
      @Nullable @Min(value = 1, message = USES_RULE) @Max(value = 1_000_000, message = USES_RULE)
          Integer maxUses,
      @Nullable
          @Min(value = 1, message = LIFETIME_RULE)
          @Max(value = 31_536_000, message = LIFETIME_RULE)
          Integer expiresInSeconds,
      @Nullable @Size(max = 100, message = "must be 100 groups at the most")
          List<@NotNull(message = "must be the name or id of a group") String> groups,
      @Nullable @Size(max = 100, message = "must be 100 policies at the most")
          List<@NotNull(message = "must be the id of a policy") String> policies) {
    GrantingTokens.NewToken toNewToken() {
      return new GrantingTokens.NewToken(
          name == null ? "" : name,
          maxUses == null ? 1 : maxUses,
          Duration.ofSeconds(expiresInSeconds == null ? ONE_DAY : expiresInSeconds),
          groups == null ? List.of() : groups,
          policies == null ? List.of() : policies);
    }
  }

  /// An enrollment token. `token` is its text, in the answer to its creation only.
  @JsonNaming(SnakeCaseStrategy.class)
  public record TokenRow(
      UUID id,
      @Nullable @JsonInclude(JsonInclude.Include.NON_NULL) String token,
      String name,
      int maxUses,
      int uses,
      Instant createdAt,
      Instant expiresAt,
      @Nullable Instant revokedAt,
      List<String> groups,
      List<UUID> policies) {
    static TokenRow of(GrantingToken granting, @Nullable String text) {
      var token = granting.token();
      return new TokenRow(
          token.id(),
          text,
          token.name(),
          token.maxUses(),
          token.uses(),
          token.createdAt(),
          token.expiresAt(),
          token.revokedAt(),
          granting.groups(),
          granting.policies());
    }
  }
}
