package dev.muster.server.telemetry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jdbi.v3.core.Jdbi;

/// Heartbeats as devices send them, and partitions to store them in.
final class Heartbeats {
  private Heartbeats() {}

  /// One with everything that the contract names.
  static String full(String device, Instant at) {
    return """
    {"device_id": "%s", "alias": "Till 7", "app_version": "2.4.1", "timestamp_utc": "%s",
     "app_versions": {"com.example.pos": {"installed": true, "version_name": "5.1", "version_code": 51},
                      "com.example.scanner": {"installed": false}},
     "speedtest_running_signals": {"has_service_notification": true, "foreground_recent_seconds": 12},
     "battery": {"pct": 81, "charging": false, "temperature_c": 29.5},
     "system": {"uptime_seconds": 86400, "android_version": "14", "sdk_int": 34, "patch_level": "2026-01-05",
                "build_id": "UP1A", "model": "SM-T500", "manufacturer": "samsung"},
     "memory": {"total_ram_mb": 3072, "avail_ram_mb": 1100, "pressure_pct": 64.2},
     "network": {"transport": "wifi", "ssid": "shop", "carrier": null, "ip": "10.0.0.7"},
     "is_device_owner": true, "power_ok": true, "doze_whitelisted": true, "net_validated": true,
     "queue_depth": 0, "self_heal_hints": ["none"]}
    """
        .formatted(device, at);
  }

  /// Makes the partition of the day unless it is there.
  static void makeDay(Jdbi owner, Instant at) {
    Instant day = at.truncatedTo(ChronoUnit.DAYS);
    owner.useHandle(handle ->
        handle.execute(
            "create table if not exists telemetry.test_%s partition of telemetry.heartbeat for values from ('%s') to ('%s')"
                .formatted(
                    day.toString().substring(0, 10).replace('-', '_'),
                    day,
                    day.plus(1, ChronoUnit.DAYS))));
  }
}
