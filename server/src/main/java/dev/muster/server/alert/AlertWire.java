package dev.muster.server.alert;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.device.GroupId;
import dev.muster.server.platform.Refusal;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of alerts and rules under `/api`.
final class AlertWire {
  private static final String COOLDOWN = "must be from 0 to 604800 seconds";
  private static final String A_DAY = "must be from 1 to 100";

  private AlertWire() {}

  @Schema(name = "Alert")
  @JsonNaming(SnakeCaseStrategy.class)
  record Row(
      UUID id,
      RuleKind kind,
      Severity severity,
      Alerts.State state,
      @Nullable String deviceId,
      @Nullable String deviceName,
      String summary,
      Instant raisedAt,
      @Nullable Instant recoveredAt,
      @Nullable Instant acknowledgedAt,
      @Nullable UUID acknowledgedBy) {
    static Row of(Alert alert) {
      Alert.Subject subject = alert.subject();
      Alert.Acknowledged acknowledged = alert.acknowledged();
      return new Row(
          alert.id(),
          alert.rule().kind(),
          alert.rule().severity(),
          alert.recoveredAt() == null ? Alerts.State.FIRING : Alerts.State.RECOVERED,
          subject == null ? null : subject.handle(),
          subject == null ? null : subject.name(),
          alert.summary(),
          alert.raisedAt(),
          alert.recoveredAt(),
          acknowledged == null ? null : acknowledged.at(),
          acknowledged == null ? null : acknowledged.by());
    }
  }

  /// The task that each alert of a rule opens.
  @Schema(name = "AlertTask")
  @JsonNaming(SnakeCaseStrategy.class)
  public record TaskBody(
      @Nullable UUID project, @Nullable UUID assignedTo, @Nullable String priority) {
    private static @Nullable TaskBody of(@Nullable TaskOrder order) {
      return order == null
          ? null
          : new TaskBody(order.project(), order.assignedTo(), order.priority());
    }

    private TaskOrder toOrder() {
      return new TaskOrder(project, assignedTo, priority);
    }
  }

  /// @param group null for all devices
  @Schema(name = "AlertRule")
  @JsonNaming(SnakeCaseStrategy.class)
  record RuleRow(
      RuleKind kind,
      @Nullable String group,
      @Nullable String groupName,
      boolean enabled,
      Severity severity,
      int threshold,
      RuleKind.Unit unit,
      long cooldownSeconds,
      boolean remediate,
      int remediesPerDay,
      @Nullable TaskBody openTask) {
    private static RuleRow of(Terms terms, @Nullable GroupId group, @Nullable String name) {
      return new RuleRow(
          terms.kind(),
          group == null ? null : group.toString(),
          name,
          terms.enabled(),
          terms.severity(),
          terms.threshold(),
          terms.kind().unit(),
          terms.cooldown().toSeconds(),
          terms.remedy().on(),
          terms.remedy().aDay(),
          TaskBody.of(terms.remedy().task()));
    }

    /// In the order of the kinds, the rule of all devices before those of groups.
    static List<RuleRow> of(Rules.Listed listed) {
      List<RuleRow> rows = new ArrayList<>();
      for (RuleKind kind : RuleKind.values()) {
        rows.add(of(listed.book().common(kind), null, null));
        listed.book().groupRules(kind).entrySet().stream()
            .map(own -> of(own.getValue(), own.getKey(), listed.names().get(own.getKey())))
            .sorted(Comparator.comparing(row -> Objects.requireNonNullElse(row.groupName(), "")))
            .forEach(rows::add);
      }
      return rows;
    }
  }

  /// A rule that is to be set; what is absent is as in the rule that holds without one.
  @Schema(name = "NewAlertRule")
  @JsonNaming(SnakeCaseStrategy.class)
  public record NewRule(
      @Nullable Boolean enabled,
      @Schema(implementation = Severity.class) @Nullable String severity,
      @Nullable Integer threshold,
      @Nullable @Min(value = 0, message = COOLDOWN) @Max(value = 604_800, message = COOLDOWN)
          Integer cooldownSeconds,
      @Nullable Boolean remediate,
      @Nullable @Min(value = 1, message = A_DAY) @Max(value = 100, message = A_DAY)
          Integer remediesPerDay,
      @Nullable TaskBody openTask) {
    /// @throws Refusal `invalid fields`
    Terms toTerms(RuleKind kind) {
      Terms standard = Terms.defaults(kind);
      int counted = threshold == null ? standard.threshold() : threshold;
      if (counted < kind.least() || counted > kind.most()) {
        throw Refusal.invalid(
            "threshold",
            kind.most() == 0
                ? "must be left out, as " + kind + " has none"
                : "must be from " + kind.least() + " to " + kind.most());
      }
      boolean remedy = remediate != null && remediate;
      if (remedy && !kind.hasRemedy()) {
        throw Refusal.invalid("remediate", "must be false: nothing can be tried against " + kind);
      }
      if (openTask != null && kind.isOfServer()) {
        throw Refusal.invalid("open_task", "must be left out: " + kind + " is about no device");
      }
      return new Terms(
          kind,
          enabled == null ? standard.enabled() : enabled,
          severity == null ? standard.severity() : severityOf(severity),
          counted,
          cooldownSeconds == null ? standard.cooldown() : Duration.ofSeconds(cooldownSeconds),
          new Terms.Remedy(
              remedy,
              remediesPerDay == null ? standard.remedy().aDay() : remediesPerDay,
              openTask == null ? null : openTask.toOrder()));
    }

    private static Severity severityOf(String word) {
      for (Severity severity : Severity.values()) {
        if (severity.name().equalsIgnoreCase(word)) {
          return severity;
        }
      }
      throw Refusal.invalid("severity", "must be INFO, WARNING or CRITICAL");
    }
  }
}
