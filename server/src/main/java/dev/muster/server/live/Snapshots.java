package dev.muster.server.live;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.action.Action;
import dev.muster.server.action.ActionId;
import dev.muster.server.action.ActionState;
import dev.muster.server.alert.Alert;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How changes are written down: of a device all that watchers are told, of an action what may be
/// another after its next change. What an action was asked for with, and what the device answered,
/// are not in the log: they never change, may be large and may be secret.
final class Snapshots {
  private Snapshots() {}

  static Json.Obj of(DeviceView device) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("name", Json.of(device.name()));
    fields.put("platform", Json.of(device.platform().name()));
    fields.put("type", Json.of(device.type()));
    fields.put("status", Json.of(device.status().name()));
    fields.put("lifecycle", Json.of(device.lifecycle().name()));
    fields.put("tags", Json.texts(device.tags()));
    put(fields, "created_at", device.createdAt());
    put(fields, "updated_at", device.updatedAt());
    put(fields, "action", device.action() == null ? null : device.action().value());
    return Json.obj(fields);
  }

  static DeviceView device(DeviceId id, String handle, Json.Obj snapshot) {
    Fields fields = new Fields(snapshot);
    String action = fields.text("action");
    return new DeviceView(
        id,
        handle,
        fields.requiredText("name"),
        Platform.valueOf(fields.requiredText("platform")),
        fields.requiredText("type"),
        DeviceStatus.valueOf(fields.requiredText("status")),
        Lifecycle.valueOf(fields.requiredText("lifecycle")),
        fields.texts("tags"),
        Instant.parse(fields.requiredText("created_at")),
        Instant.parse(fields.requiredText("updated_at")),
        action == null ? null : new ActionId(action));
  }

  static Json.Obj of(Action action) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("state", Json.of(action.state().name()));
    Action.Run run = action.run();
    fields.put("attempt", Json.of(run.attempt()));
    put(fields, "started_at", run.startedAt());
    put(fields, "delivered_at", run.deliveredAt());
    put(fields, "next_attempt_at", run.nextAttemptAt());
    Action.Progress progress = action.progress();
    if (progress.percent() != null) {
      fields.put("percent", Json.of(progress.percent()));
    }
    put(fields, "progress", progress.text());
    put(fields, "progress_at", progress.at());
    Action.End end = action.end();
    if (end != null) {
      put(fields, "ended_at", end.at());
      put(fields, "error", end.error());
    }
    return Json.obj(fields);
  }

  static Json.Obj of(Alert alert) {
    Map<String, Json> fields = new TreeMap<>();
    put(fields, "id", alert.id());
    fields.put("rule", Json.of(alert.rule().kind().name()));
    fields.put("severity", Json.of(alert.rule().severity().name()));
    fields.put("summary", Json.of(alert.summary()));
    put(fields, "raised_at", alert.raisedAt());
    put(fields, "recovered_at", alert.recoveredAt());
    Alert.Acknowledged acknowledged = alert.acknowledged();
    if (acknowledged != null) {
      put(fields, "acknowledged_at", acknowledged.at());
      put(fields, "acknowledged_by", acknowledged.by());
    }
    put(fields, "name", alert.subject() == null ? null : alert.subject().name());
    return Json.obj(fields);
  }

  /// @param device null when the alert is about the server itself
  static Alert alert(
      OrganizationId organization,
      @Nullable DeviceId device,
      @Nullable String handle,
      Json.Obj snapshot) {
    Fields fields = new Fields(snapshot);
    Instant acknowledgedAt = fields.instant("acknowledged_at");
    String by = fields.text("acknowledged_by");
    return new Alert(
        UUID.fromString(fields.requiredText("id")),
        organization,
        device == null || handle == null
            ? null
            : new Alert.Subject(device, handle, fields.requiredText("name")),
        new Alert.Rule(
            RuleKind.valueOf(fields.requiredText("rule")),
            Severity.valueOf(fields.requiredText("severity"))),
        fields.requiredText("summary"),
        Instant.parse(fields.requiredText("raised_at")),
        fields.instant("recovered_at"),
        acknowledgedAt == null
            ? null
            : new Alert.Acknowledged(acknowledgedAt, by == null ? null : UUID.fromString(by)));
  }

  /// The action as it was when the snapshot was taken.
  ///
  /// @param present as it is by now
  static Action action(Action present, Json.Obj snapshot) {
    Fields fields = new Fields(snapshot);
    Instant endedAt = fields.instant("ended_at");
    return new Action(
        present.organization(),
        present.id(),
        present.number(),
        present.device(),
        present.handle(),
        present.order(),
        ActionState.valueOf(fields.requiredText("state")),
        new Action.Run(
            fields.instant("started_at"),
            fields.number("attempt", 0),
            fields.instant("delivered_at"),
            fields.instant("next_attempt_at"),
            null),
        new Action.Progress(
            snapshot.fields().containsKey("percent") ? fields.number("percent", 0) : null,
            fields.text("progress"),
            fields.instant("progress_at")),
        endedAt == null
            ? null
            : new Action.End(
                endedAt,
                fields.text("error"),
                present.end() == null ? null : present.end().result()));
  }

  private static void put(Map<String, Json> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, Json.of(value.toString()));
    }
  }

  /// Reads what was written above. A field that an earlier version did not write is absent.
  private record Fields(Json.Obj snapshot) {
    @Nullable String text(String name) {
      return snapshot.fields().get(name) instanceof Json.Text text ? text.value() : null;
    }

    String requiredText(String name) {
      String text = text(name);
      if (text == null) {
        throw new IllegalStateException("a change without " + name);
      }
      return text;
    }

    @Nullable Instant instant(String name) {
      String text = text(name);
      return text == null ? null : Instant.parse(text);
    }

    int number(String name, int otherwise) {
      return snapshot.fields().get(name) instanceof Json.Num number
          ? number.value().intValueExact()
          : otherwise;
    }

    List<String> texts(String name) {
      return snapshot.fields().get(name) instanceof Json.Arr array
          ? array.items().stream()
              .filter(Json.Text.class::isInstance)
              .map(item -> ((Json.Text) item).value())
              .toList()
          : List.of();
    }
  }
}
