package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AlertsCommandTest extends CliTest {
  private static final String RULES =
      """
      [{"kind": "OFFLINE", "group": null, "group_name": null, "enabled": true, "severity": "CRITICAL",
        "threshold": 720, "unit": "SECONDS", "cooldown_seconds": 1800, "remediate": false, "remedies_per_day": 3},
       {"kind": "OFFLINE", "group": "g1", "group_name": "kiosks", "enabled": true, "severity": "CRITICAL",
        "threshold": 300, "unit": "SECONDS", "cooldown_seconds": 60, "remediate": true, "remedies_per_day": 2}]
      """;

  @Test
  void alertsAreListedAndAcknowledged() {
    server
        .on(
            "GET /api/alerts/?state=firing&limit=50",
            200,
            """
            {"count": 1, "results": [{"id": "a1", "kind": "LOW_BATTERY", "severity": "WARNING",
              "device_id": "lobby-1", "summary": "The battery is at 9 %.",
              "raised_at": "2026-11-20T11:59:00Z", "recovered_at": null, "acknowledged_at": null}]}
            """)
        .on("POST /api/alerts/a1/acknowledge/", 200, "{\"id\": \"a1\"}");

    assertThat(onServer("alerts", "--state", "firing").lines().getLast())
        .contains("WARNING")
        .contains("lobby-1")
        .contains("60 s ago")
        .contains("9 %");
    assertThat(onServer("alerts", "ack", "a1").out()).contains("Acknowledged a1.");
  }

  @Test
  void rulesAreListedSetAndTakenBack() {
    server
        .on("GET /api/alerts/rules/", 200, RULES)
        .on("PUT /api/alerts/rules/offline/?group=kiosks", 200, RULES)
        .on("DELETE /api/alerts/rules/offline/?group=kiosks", 204, "");

    assertThat(onServer("alerts", "rules").out()).contains("720").contains("kiosks");
    Ran set =
        onServer(
            "alerts",
            "rules",
            "offline",
            "--group",
            "kiosks",
            "--threshold",
            "300",
            "--enabled",
            "false",
            "--cooldown",
            "1m",
            "--remedies",
            "2");
    assertThat(set.out()).contains("2 a day");
    assertThat(parse(server.last().body()))
        .isEqualTo(
            parse(
                """
                {"enabled": false, "threshold": 300, "cooldown_seconds": 60, "remediate": true, "remedies_per_day": 2}
                """));
    var _ =
        onServer(
            "alerts",
            "rules",
            "offline",
            "--group",
            "kiosks",
            "--task",
            "high",
            "--task-for",
            "u1");
    assertThat(parse(server.last().body()))
        .isEqualTo(parse("{\"open_task\": {\"priority\": \"high\", \"assigned_to\": \"u1\"}}"));
    assertThat(onServer("alerts", "rules", "offline", "--task-for", "u1").code()).isEqualTo(2);
    assertThat(onServer("alerts", "rules", "offline", "--group", "kiosks", "--reset").code())
        .isZero();
    assertThat(onServer("alerts", "rules", "--group", "kiosks").code()).isEqualTo(2);
    assertThat(onServer("alerts", "rules", "--task", "high").code()).isEqualTo(2);
    assertThat(onServer("alerts", "rules", "--cooldown", "1m").code()).isEqualTo(2);
  }
}
