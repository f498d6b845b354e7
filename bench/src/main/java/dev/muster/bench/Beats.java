package dev.muster.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;

/// Heartbeats of full size, as text: about 1 kB each.
final class Beats {
  private static final String APPS = apps();

  private Beats() {}

  private static String apps() {
    StringBuilder text = new StringBuilder();
    for (String app : new String[] {"agent", "pos", "mail", "kiosk", "scanner"}) {
      text.append(text.isEmpty() ? "" : ",")
          .append("\"com.example.")
          .append(app)
          .append("\":{\"installed\":true,\"version_name\":\"4.12.1\",\"version_code\":41201}");
    }
    return text.toString();
  }

  static String one(String device, Instant taken, int number) {
    return "{\"device_id\":\""
        + device
        + "\",\"alias\":\"Till "
        + device
        + "\",\"app_version\":\"1.4.2\",\"timestamp_utc\":\""
        + taken
        + "\",\"app_versions\":{"
        + APPS
        + "},\"speedtest_running_signals\":{\"has_service_notification\":true,\"foreground_recent_seconds\":"
        + number % 30
        + "},\"battery\":{\"pct\":"
        + (20 + number % 80)
        + ",\"charging\":"
        + (number % 3 == 0)
        + ",\"temperature_c\":31."
        + number % 10
        + "},\"system\":{\"uptime_seconds\":"
        + (3600 + number)
        + ",\"android_version\":\"16\",\"sdk_int\":36,\"patch_level\":\"2026-01-05\",\"build_id\":\"BP1A.250305.020\","
        + "\"model\":\"Zebra TC58\",\"manufacturer\":\"Zebra Technologies\"},\"memory\":{\"total_ram_mb\":8192,"
        + "\"avail_ram_mb\":"
        + (2000 + number % 4000)
        + ",\"pressure_pct\":"
        + number % 100
        + "},\"network\":{\"transport\":\"wifi\",\"ssid\":\"Store 0042\",\"ip\":\"10.12.34.56\"},"
        + "\"is_device_owner\":true,\"power_ok\":true,\"doze_whitelisted\":true,\"net_validated\":true,"
        + "\"queue_depth\":0}";
  }

  /// The body of a batch of those that were taken during an outage, gzipped.
  static byte[] batch(String device, Instant first, Duration apart, int count, int number)
      throws IOException {
    StringBuilder text = new StringBuilder("{\"heartbeats\":[");
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ",")
          .append(one(device, first.plus(apart.multipliedBy(i)), number + i));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(text.append("]}").toString().getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
