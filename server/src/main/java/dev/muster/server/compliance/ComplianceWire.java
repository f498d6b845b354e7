package dev.muster.server.compliance;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Json;
import dev.muster.protocol.Payloads;
import dev.muster.protocol.Platform;
import dev.muster.server.platform.JsonText;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of compliance on REST: camelCase in the loop, snake_case under `/api`.
final class ComplianceWire {
  private ComplianceWire() {}

  /// A device id in bodies of the loop.
  @Schema(name = "LoopDeviceId")
  record IdBody(String value) {}

  @Schema(name = "ComplianceReport")
  record ReportBody(
      @Nullable IdBody deviceId,
      @NotNull(message = "is missing; the version that the device has applied")
          @Min(value = 0, message = "must be 0 or more")
          @Max(value = Integer.MAX_VALUE, message = "must be at most 2147483647")
          Long appliedPolicyVersion,
      @NotNull(message = "is missing; true or false") Boolean cameraDisabled,
      @NotNull(message = "is missing; true or false") Boolean compliant,
      @Schema(implementation = Object.class) Json.@Nullable Obj settings,
      @Min(value = 0, message = "must be 0 or more") @Nullable Long sequence) {
    Report toReport() {
      return new Report(
          appliedPolicyVersion,
          cameraDisabled,
          compliant,
          settings == null ? new Json.Obj(Map.of()) : settings,
          sequence);
    }
  }

  @Schema(name = "ReportedPolicy")
  record LastReport(
      IdBody deviceId,
      long appliedPolicyVersion,
      boolean cameraDisabled,
      boolean compliant,
      @Schema(implementation = Object.class) Json settings,
      @Nullable Long sequence,
      Instant reportedAt) {
    static @Nullable LastReport of(String device, @Nullable StoredReport report) {
      return report == null
          ? null
          : new LastReport(
              new IdBody(device),
              report.version(),
              report.cameraDisabled(),
              report.compliantClaim(),
              Payloads.masked(JsonText.parseObject(report.observation())),
              report.sequence(),
              report.receivedAt());
    }
  }

  @Schema(name = "DesiredDevicePolicy")
  record Desired(
      long version, boolean cameraDisabled, @Schema(implementation = Object.class) Json settings) {}

  @Schema(name = "DeviceStatus")
  record StatusBody(
      IdBody deviceId,
      Desired desired,
      @Nullable LastReport lastReport,
      ComplianceState state,
      @Schema(implementation = Object.class) Json drift) {
    static StatusBody of(DeviceCompliance row) {
      boolean cameraDisabled =
          row.desired().fields().get("cameraDisabled") instanceof Json.Bool flag && flag.value();
      return new StatusBody(
          new IdBody(row.device()),
          new Desired(row.desiredVersion(), cameraDisabled, Payloads.masked(row.desired())),
          LastReport.of(row.device(), row.report()),
          row.state(),
          row.drift());
    }
  }

  @Schema(name = "ComplianceSummary")
  record Summary(long total, Map<ComplianceState, Long> counts) {}

  @Schema(name = "DeviceCompliance")
  @JsonNaming(SnakeCaseStrategy.class)
  record ComplianceRow(
      String deviceId,
      String name,
      Platform platform,
      ComplianceState state,
      long desiredVersion,
      @Nullable Long reportedVersion,
      @Nullable Instant reportedAt,
      @Schema(implementation = Object.class) Json drift) {
    static ComplianceRow of(DeviceCompliance row) {
      StoredReport report = row.report();
      return new ComplianceRow(
          row.device(),
          row.name(),
          row.platform(),
          row.state(),
          row.desiredVersion(),
          report == null ? null : report.version(),
          row.reportedAt(),
          row.drift());
    }
  }

  @Schema(name = "StoredReport")
  @JsonNaming(SnakeCaseStrategy.class)
  record ReportRow(
      Instant receivedAt,
      long version,
      @Nullable Long sequence,
      boolean compliantClaim,
      @Schema(implementation = Object.class) Json settings) {
    static ReportRow of(StoredReport report) {
      return new ReportRow(
          report.receivedAt(),
          report.version(),
          report.sequence(),
          report.compliantClaim(),
          Payloads.masked(JsonText.parseObject(report.observation())));
    }
  }
}
