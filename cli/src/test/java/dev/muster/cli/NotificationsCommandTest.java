package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class NotificationsCommandTest extends CliTest {

  @Test
  void channelsAreListed() {
    server.on(
        "GET /api/notifications/channels/?limit=50",
        200,
        """
        {"count": 1, "results": [{"id": "c1", "kind": "SLACK", "name": "ops", "enabled": true, "kinds": [],
          "address": "https://hooks.example.org/…", "minimum_severity": "WARNING"}]}
        """);
    assertThat(onServer("notifications").lines().getLast())
        .contains("c1", "SLACK", "https://hooks.example.org/…", "WARNING", "all", "true");
  }

  @Test
  void aChannelIsMadeOfAnAddressInAFileAndItsSecretIsShown() throws IOException {
    server.on("POST /api/notifications/channels/", 201, "{\"id\": \"c1\", \"secret\": \"s3cret\"}");
    Files.writeString(home.resolve("url"), "https://example.org/t0ken\n");

    Ran ran =
        onServer(
            "notifications",
            "add",
            "webhook",
            "--name",
            "ops",
            "--address-file",
            "url",
            "--severity",
            "critical",
            "--alert",
            "offline");

    assertThat(ran.out()).contains("Channel c1 is made.", "signed with s3cret");
    assertThat(parse(server.last().body()))
        .isEqualTo(
            parse(
                """
                {"kind": "webhook", "name": "ops", "address": "https://example.org/t0ken",
                 "minimum_severity": "critical", "kinds": ["offline"]}
                """));
    assertThat(onServer("notifications", "add", "slack", "--name", "n").code()).isEqualTo(2);
  }

  @Test
  void aTestThatFailsHasAnExitCode() {
    server.on(
        "POST /api/notifications/channels/c1/test/",
        200,
        "{\"delivered\": false, \"detail\": \"HTTP 404\"}");
    Ran failed = onServer("notifications", "test", "c1");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.out()).contains("Not delivered: HTTP 404.");

    server.on(
        "POST /api/notifications/channels/c2/test/",
        200,
        "{\"delivered\": true, \"detail\": \"HTTP 204\"}");
    assertThat(onServer("notifications", "test", "c2").out()).contains("Delivered: HTTP 204.");
  }

  @Test
  void alertsAreMutedForATimeAndUnmuted() {
    server
        .on("POST /api/notifications/mutes/", 201, "{\"id\": \"m1\"}")
        .on("DELETE /api/notifications/mutes/m1/", 204, "");
    Ran ran =
        onServer(
            "notifications", "mute", "--group", "shops", "--for", "4h", "--reason", "new routers");
    assertThat(ran.out()).contains("muster notifications unmute m1");
    assertThat(parse(server.last().body()).path("group").asText()).isEqualTo("shops");
    assertThat(parse(server.last().body()).path("until").asText()).isNotEmpty();
    assertThat(onServer("notifications", "unmute", "m1").out()).contains("Ended m1.");
  }

  @Test
  void deadMessagesAreListedAndTriedAgain() {
    server
        .on(
            "GET /api/notifications/dead/?limit=50",
            200,
            """
            {"count": 1, "results": [{"id": "d1", "channel_name": "ops", "title": "[WARNING] offline: x",
              "attempts": 10, "error": "HTTP 500", "dead_at": "2026-11-20T11:59:00Z"}]}
            """)
        .on("POST /api/notifications/dead/d1/retry/", 202, "");
    assertThat(onServer("notifications", "dead").lines().getLast())
        .contains("d1", "ops", "HTTP 500", "60 s ago");
    assertThat(onServer("notifications", "retry", "d1").code()).isZero();
  }
}
