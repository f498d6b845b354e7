package dev.muster.server.viewer;

import dev.muster.protocol.Json;
import dev.muster.server.action.Action;
import dev.muster.server.alert.Alert;
import dev.muster.server.live.Change;
import dev.muster.server.live.DeviceView;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What viewers are sent, as JSON; docs/live.md has it for its readers. Never a parameter of an
/// action or what the device answered to it: these are asked for where they are secret.
final class ViewerWire {
  private ViewerWire() {}

  static String frame(Frame frame, String cursor) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("changes", array(frame.changes().stream().map(ViewerWire::told).toList()));
    fields.put("cursor", Json.of(cursor));
    if (!frame.refresh().isEmpty()) {
      fields.put("refresh", names(frame.refresh()));
    }
    return text(fields);
  }

  /// The answer to a message: what is looked at from now on.
  static String watching(Watch watch, String cursor) {
    Map<String, Json> watching = new TreeMap<>();
    if (watch.all()) {
      watching.put("all", Json.of(true));
    } else {
      watching.put("devices", Json.texts(watch.named().stream().sorted().toList()));
    }
    watching.put("kinds", names(watch.kinds()));
    return text(Map.of("watching", Json.obj(watching), "cursor", Json.of(cursor)));
  }

  static String error(Refusal refusal) {
    List<Json> errors =
        refusal.fields().stream()
            .map(error ->
                (Json)
                    Json.obj(
                        Map.of(
                            "field",
                            Json.of(JsonText.printable(error.field())),
                            "message",
                            Json.of(error.message()))))
            .toList();
    return text(
        Map.of(
            "error",
            Json.obj(
                Map.of(
                    "code",
                    Json.of(refusal.code().wireName()),
                    "detail",
                    Json.of(JsonText.printable(refusal.detail())),
                    "errors",
                    array(errors)))));
  }

  private static Json told(Told told) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("kind", Json.of(told.kind().wireName()));
    switch (told) {
      case Told.OfChange of -> change(of.change(), fields);
      case Told.Seen seen -> seen(seen.sighting(), fields);
    }
    return Json.obj(fields);
  }

  private static void seen(Sighting sighting, Map<String, Json> fields) {
    put(fields, "id", sighting.device());
    put(fields, "at", sighting.at());
    put(fields, "battery_pct", sighting.battery());
    if (sighting.charging() != null) {
      fields.put("charging", Json.of(sighting.charging()));
    }
  }

  private static void change(Change change, Map<String, Json> fields) {
    put(fields, "id", change.device());
    put(fields, "device_id", change.handle());
    put(fields, "at", change.at());
    switch (change) {
      case Change.OfDevice of -> fields.put("device", device(of.view()));
      case Change.Erased _ -> fields.put("erased", Json.of(true));
      case Change.OfAction of -> fields.put("action", action(of.action()));
      case Change.OfAlert of -> fields.put("alert", alert(of.alert()));
      case Change.OfCompliance of -> fields.put("compliance", compliance(of));
      case Change.OfManyStates _ -> {
        // told as a refresh
      }
    }
  }

  private static Json device(DeviceView view) {
    Map<String, Json> fields = new TreeMap<>();
    put(fields, "name", view.name());
    put(fields, "platform", view.platform());
    put(fields, "type", view.type());
    put(fields, "status", view.status());
    put(fields, "lifecycle", view.lifecycle());
    fields.put("tags", Json.texts(view.tags()));
    put(fields, "created_at", view.createdAt());
    put(fields, "updated_at", view.updatedAt());
    put(fields, "action_id", view.action());
    return Json.obj(fields);
  }

  private static Json action(Action action) {
    Map<String, Json> fields = new TreeMap<>();
    put(fields, "id", action.id());
    put(fields, "type", action.order().type());
    put(fields, "state", action.state());
    put(fields, "priority", action.order().priority());
    put(fields, "batch_id", action.order().batch());
    put(fields, "created_at", action.order().createdAt());
    put(fields, "attempt", action.run().attempt());
    put(fields, "max_attempts", action.order().attempts());
    put(fields, "started_at", action.run().startedAt());
    put(fields, "next_attempt_at", action.run().nextAttemptAt());
    put(fields, "progress_percent", action.progress().percent());
    put(fields, "progress_text", action.progress().text());
    Action.End end = action.end();
    put(fields, "ended_at", end == null ? null : end.at());
    put(fields, "error", end == null ? null : end.error());
    return Json.obj(fields);
  }

  private static Json alert(Alert alert) {
    Map<String, Json> fields = new TreeMap<>();
    put(fields, "id", alert.id());
    put(fields, "rule", alert.rule().kind());
    put(fields, "severity", alert.rule().severity());
    put(fields, "summary", alert.summary());
    put(fields, "device_name", alert.subject() == null ? null : alert.subject().name());
    put(fields, "raised_at", alert.raisedAt());
    put(fields, "recovered_at", alert.recoveredAt());
    Alert.Acknowledged acknowledged = alert.acknowledged();
    put(fields, "acknowledged_at", acknowledged == null ? null : acknowledged.at());
    put(fields, "acknowledged_by", acknowledged == null ? null : acknowledged.by());
    return Json.obj(fields);
  }

  private static Json compliance(Change.OfCompliance of) {
    Map<String, Json> fields = new TreeMap<>();
    put(fields, "state", of.state());
    put(fields, "desired_version", of.desired());
    put(fields, "reported_version", of.reported());
    return Json.obj(fields);
  }

  /// Numbers as numbers, all else as its text; what is absent is left out.
  private static void put(Map<String, Json> fields, String name, @Nullable Object value) {
    if (value instanceof Number number) {
      fields.put(name, Json.of(number.longValue()));
    } else if (value != null) {
      fields.put(name, Json.of(value.toString()));
    }
  }

  private static Json names(Collection<Kind> kinds) {
    return Json.texts(kinds.stream().sorted().map(Kind::wireName).toList());
  }

  private static Json array(List<Json> items) {
    return new Json.Arr(items);
  }

  private static String text(Map<String, Json> fields) {
    return Json.obj(fields).canonical();
  }
}
