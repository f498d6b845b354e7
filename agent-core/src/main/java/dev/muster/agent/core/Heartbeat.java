package dev.muster.agent.core;

import dev.muster.agent.core.Vitals.App;
import dev.muster.agent.core.Vitals.Battery;
import dev.muster.agent.core.Vitals.Machine;
import dev.muster.agent.core.Vitals.Memory;
import dev.muster.agent.core.Vitals.Network;
import dev.muster.agent.core.Vitals.Reading;
import dev.muster.agent.core.Vitals.RunningSignals;
import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A heartbeat as it was taken, and as it goes to the server whenever that is.
///
/// @param deviceId whose it is
/// @param body what the wire has of it
public record Heartbeat(String deviceId, Instant takenAt, Json.Obj body) {

  /// @param ping the request that it answers, null when it answers none
  /// @param queued how many heartbeats wait to be sent
  static Heartbeat of(
      String deviceId,
      AgentSettings settings,
      Instant takenAt,
      Reading reading,
      @Nullable String ping,
      int queued) {
    Map<String, Json> body = new TreeMap<>(reading.more());
    body.put("device_id", Json.of(deviceId));
    body.put("timestamp_utc", Json.of(CommandSignature.time(takenAt)));
    body.put("app_version", Json.of(settings.agentVersion()));
    text(body, "alias", settings.alias());
    body.put("battery", battery(reading.battery()));
    body.put("system", machine(reading.machine()));
    body.put("memory", memory(reading.memory()));
    body.put("network", network(reading.network()));
    body.put("app_versions", apps(reading.apps()));
    RunningSignals signals = reading.signals();
    if (signals != null) {
      body.put("speedtest_running_signals", signals(signals));
    }
    body.put("queue_depth", Json.of(queued));
    if (ping != null) {
      body.put("is_ping_response", Json.of(true));
      body.put("ping_request_id", Json.of(ping));
    }
    // What the system says of itself may hold what no server can keep.
    return new Heartbeat(deviceId, takenAt, PlainText.of(Json.obj(body)));
  }

  private static Json battery(Battery battery) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("pct", Json.of(battery.percent()));
    fields.put("charging", Json.of(battery.charging()));
    Double celsius = battery.celsius();
    if (celsius != null) {
      fields.put("temperature_c", tenths(celsius));
    }
    return Json.obj(fields);
  }

  private static Json machine(Machine machine) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("uptime_seconds", Json.of(machine.uptimeSeconds()));
    fields.put("android_version", Json.of(machine.osVersion()));
    Integer sdk = machine.sdkInt();
    if (sdk != null) {
      fields.put("sdk_int", Json.of(sdk));
    }
    fields.put("patch_level", Json.of(machine.patchLevel()));
    fields.put("build_id", Json.of(machine.buildId()));
    fields.put("model", Json.of(machine.model()));
    fields.put("manufacturer", Json.of(machine.manufacturer()));
    return Json.obj(fields);
  }

  private static Json memory(Memory memory) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("total_ram_mb", Json.of(memory.totalMb()));
    fields.put("avail_ram_mb", Json.of(memory.availableMb()));
    fields.put("pressure_pct", tenths(memory.pressurePercent()));
    return Json.obj(fields);
  }

  private static Json network(Network network) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("transport", Json.of(network.transport()));
    text(fields, "ssid", network.ssid());
    text(fields, "carrier", network.carrier());
    text(fields, "ip", network.ip());
    return Json.obj(fields);
  }

  private static Json apps(Map<String, App> apps) {
    Map<String, Json> fields = new TreeMap<>();
    apps.forEach((name, app) -> {
      Map<String, Json> one = new TreeMap<>();
      one.put("installed", Json.of(app.installed()));
      text(one, "version_name", app.versionName());
      Long code = app.versionCode();
      if (code != null) {
        one.put("version_code", Json.of(code));
      }
      fields.put(name, Json.obj(one));
    });
    return Json.obj(fields);
  }

  private static Json signals(RunningSignals signals) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("has_service_notification", Json.of(signals.serviceNotification()));
    Long seconds = signals.foregroundRecentSeconds();
    if (seconds != null) {
      fields.put("foreground_recent_seconds", Json.of(seconds));
    }
    return Json.obj(fields);
  }

  private static void text(Map<String, Json> fields, String key, @Nullable String value) {
    if (value != null) {
      fields.put(key, Json.of(value));
    }
  }

  private static Json tenths(double value) {
    return new Json.Num(BigDecimal.valueOf(value).setScale(1, RoundingMode.HALF_UP));
  }
}
