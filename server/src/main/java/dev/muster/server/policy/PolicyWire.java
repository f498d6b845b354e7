package dev.muster.server.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import dev.muster.protocol.Payloads;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of policies on REST.
final class PolicyWire {
  private PolicyWire() {}

  @Schema(name = "NewPolicy")
  record NewPolicyBody(
      @NotBlank(message = "is missing; give the policy a name")
          @Size(max = 200, message = "may have 200 characters at the most")
          String name,
      @NotNull(
              message =
                  "is missing; one of PASSCODE, WIFI, RESTRICTIONS, APPS, KIOSK, UPDATES, CUSTOM")
          PolicyType type,
      @Size(max = 2000, message = "may have 2000 characters at the most")
          @Nullable String description,
      @Min(value = 0, message = "must be from 0 to 1000")
          @Max(value = 1000, message = "must be from 0 to 1000")
          @Nullable Integer priority) {
    private static final int MIDDLE = 100;

    Policies.NewPolicy toNewPolicy() {
      return new Policies.NewPolicy(
          name.strip(),
          type,
          description == null ? "" : description,
          priority == null ? MIDDLE : priority);
    }
  }

  @Schema(name = "NewPolicyVersion")
  record NewVersionBody(
      @Schema(implementation = Object.class) Json.@Nullable Obj payload,
      @Size(max = 2000, message = "may have 2000 characters at the most") @Nullable String comment,
      @JsonProperty("base_version") @Nullable Integer baseVersion) {}

  @Schema(name = "PolicyChange")
  record ChangeBody(
      @Schema(implementation = Object.class) @Nullable Map<String, Json> set,
      @Nullable List<String> unset,
      @Size(max = 2000, message = "may have 2000 characters at the most")
          @Nullable String comment) {}

  @Schema(name = "Policy")
  @JsonNaming(SnakeCaseStrategy.class)
  record PolicyRow(
      UUID id,
      String name,
      PolicyType type,
      String description,
      int priority,
      @Nullable Integer currentVersion,
      @Nullable UUID currentVersionId,
      long activations,
      @Nullable Instant archivedAt,
      Instant createdAt,
      Instant updatedAt) {
    static PolicyRow of(Policy policy) {
      return new PolicyRow(
          policy.id(),
          policy.name(),
          policy.type(),
          policy.description(),
          policy.priority(),
          policy.currentVersion(),
          policy.currentVersionId(),
          policy.activations(),
          policy.archivedAt(),
          policy.createdAt(),
          policy.updatedAt());
    }
  }

  @Schema(name = "PolicyVersion")
  @JsonNaming(SnakeCaseStrategy.class)
  record VersionRow(
      UUID id,
      UUID policyId,
      int version,
      @JsonProperty("is_current") boolean current,
      @Schema(implementation = Object.class) Json payload,
      String checksum,
      String comment,
      @Nullable UUID createdBy,
      Instant createdAt) {
    static VersionRow of(PolicyVersion version, boolean current) {
      return new VersionRow(
          version.id(),
          version.policyId(),
          version.number(),
          current,
          Payloads.masked(version.payload()),
          version.checksum(),
          version.comment(),
          version.createdBy(),
          version.createdAt());
    }
  }

  @Schema(name = "Activation")
  @JsonNaming(SnakeCaseStrategy.class)
  record ActivationRow(
      UUID id,
      UUID versionId,
      int version,
      long sequence,
      Activation.Kind kind,
      @Nullable UUID activatedBy,
      Instant activatedAt) {
    static ActivationRow of(Activation activation) {
      return new ActivationRow(
          activation.id(),
          activation.versionId(),
          activation.version(),
          activation.sequence(),
          activation.kind(),
          activation.activatedBy(),
          activation.activatedAt());
    }
  }

  @Schema(name = "Assignment")
  @JsonNaming(SnakeCaseStrategy.class)
  record AssignmentRow(
      String deviceId,
      UUID policyId,
      String policyName,
      Assignment.Status status,
      int version,
      @Nullable String group,
      Instant assignedAt) {
    static AssignmentRow of(Assignment assignment) {
      return new AssignmentRow(
          assignment.device(),
          assignment.policyId(),
          assignment.policyName(),
          assignment.status(),
          assignment.version(),
          assignment.group(),
          assignment.assignedAt());
    }
  }

  @Schema(name = "GroupAssignment")
  @JsonNaming(SnakeCaseStrategy.class)
  record GroupAssignmentRow(String group, UUID policyId, Assignment.Status status, int version) {}

  @Schema(name = "ApplyJob")
  @JsonNaming(SnakeCaseStrategy.class)
  record JobRow(
      UUID id,
      String deviceId,
      long version,
      ApplyJob.State status,
      int attempt,
      @Nullable String error,
      Instant createdAt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt) {
    static JobRow of(ApplyJob job) {
      return new JobRow(
          job.id(),
          job.device(),
          job.version(),
          job.state(),
          job.attempt(),
          job.error(),
          job.createdAt(),
          job.startedAt(),
          job.finishedAt());
    }
  }

  @Schema(name = "RollbackStarted")
  @JsonNaming(SnakeCaseStrategy.class)
  record RollbackRow(String status, UUID policyId, int version) {}

  /// DevicePolicy of the loop: camelCase. `digestKeys` are there when there are some.
  @Schema(name = "DevicePolicy")
  record DevicePolicyBody(
      long version,
      boolean cameraDisabled,
      @Schema(implementation = Object.class) Json settings,
      @JsonInclude(JsonInclude.Include.NON_EMPTY)
          @Schema(
              description =
                  "For the device itself: by secret setting, the key of the digest that it reports,"
                      + " in base64url")
          Map<String, String> digestKeys,
      @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(
              description =
                  "For the device itself, when it should take it: the secret under which its"
                      + " commands are signed")
          @Nullable String commandSecret) {
    static DevicePolicyBody of(Pulls.Pulled pulled) {
      return of(pulled.policy(), pulled.commandSecret());
    }

    static DevicePolicyBody of(DesiredPolicy desired) {
      return of(desired, null);
    }

    private static DevicePolicyBody of(DesiredPolicy desired, @Nullable String commandSecret) {
      return new DevicePolicyBody(
          desired.version(),
          desired.cameraDisabled(),
          desired.settings(),
          desired.digestKeys(),
          commandSecret);
    }
  }

  /// PolicyUpdate of the loop. It never carries a version.
  @Schema(name = "PolicyUpdate")
  record PolicyUpdateBody(
      @NotNull(message = "is missing; true or false") Boolean cameraDisabled,
      @Schema(implementation = Object.class) Json.@Nullable Obj settings) {}
}
