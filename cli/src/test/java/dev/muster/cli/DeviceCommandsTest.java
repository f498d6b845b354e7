package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeviceCommandsTest extends CliTest {

  @Test
  void aListIsNarrowedAndOrdered() {
    server.on(
        "GET /api/devices/?lifecycle=RETIRED&status=ERROR&platform=LINUX&type=till&model=NUC%205"
            + "&os_version=12&agent_version=1.0&tag=a&tag=b&attribute.site=Bern%20West"
            + "&ordering=-name&limit=10",
        200,
        """
        {"count": 1, "results": [{"device_id": "till-1", "name": "Till", "platform": "LINUX",
          "status": "ERROR", "lifecycle": "RETIRED", "groups": [],
          "created_at": "2026-11-20T09:00:00Z"}]}
        """);

    Ran ran =
        onServer(
            "devices",
            "list",
            "--lifecycle=retired",
            "--status=error",
            "--platform=linux",
            "--type=till",
            "--model=NUC 5",
            "--os-version=12",
            "--agent-version=1.0",
            "--tag=a",
            "--tag=b",
            "--attr=site=Bern West",
            "--order=-name",
            "--limit=10");

    assertThat(ran.lines())
        .containsExactly(
            "DEVICE  NAME  PLATFORM  STATUS   GROUPS  REGISTERED",
            "till-1  Till  LINUX     RETIRED  -       3 h ago");
    assertThat(onServer("devices", "--state", "STALE", "--tag", "x").code()).isEqualTo(2);
  }

  @Test
  void aShortPageIsNotTheEnd() {
    server
        .on(
            "GET /api/devices/?tag=rare&limit=50",
            200,
            "{\"count\": 1, \"next\": \"/api/devices/?cursor=c\", \"results\": []}")
        .on(
            "GET /api/devices/?cursor=c",
            200,
            "{\"count\": 1, \"next\": null, \"results\": [{\"device_id\": \"d1\"}]}");

    assertThat(onServer("devices", "--tag", "rare").out()).contains("d1");
  }

  @Test
  void aDeviceIsDeactivatedAndActivated() {
    server
        .on("POST /api/devices/d1/deactivate/", 200, "{\"device_id\": \"d1\"}")
        .on("POST /api/devices/d1/activate/", 200, "{\"device_id\": \"d1\"}");

    assertThat(onServer("devices", "deactivate", "d1").out())
        .startsWith("Device d1 is deactivated");
    assertThat(onServer("devices", "activate", "d1", "--output", "json").json().path("device_id"))
        .hasToString("\"d1\"");
  }

  @Test
  void retiringIsNotDoneUnlessItIsConfirmed() {
    server.on("POST /api/devices/d1/retire/", 200, "{\"device_id\": \"d1\"}");

    Ran asked = onServer("devices", "retire", "d1");

    assertThat(asked.code()).isEqualTo(2);
    assertThat(asked.err()).contains("--yes");
    assertThat(server.asked()).isEmpty();
    assertThat(onServer("devices", "retire", "d1", "--yes").lines())
        .containsExactly("Device d1 is retired.");
  }

  @Test
  void theHistoryOfADeviceIsShown() {
    server.on(
        "GET /api/devices/d1/events/?kind=CHANGED&from=2026-11-01T00%3A00%3A00Z&limit=50",
        200,
        """
        {"count": 1, "results": [{"kind": "CHANGED", "at": "2026-11-20T11:59:56Z",
          "actor": {"kind": "person", "id": "u1", "name": "Ann"}, "request_id": "r1",
          "body": {"name": "new"}}]}
        """);

    assertThat(
            onServer(
                    "devices",
                    "events",
                    "d1",
                    "--kind",
                    "changed",
                    "--from",
                    "2026-11-01T00:00:00Z")
                .lines())
        .containsExactly(
            "WHEN     WHAT     WHO  DETAILS         REQUEST",
            "4 s ago  CHANGED  Ann  {\"name\":\"new\"}  r1");
  }

  @Test
  void attributesAreTypedByTheirLooks() {
    server.on("PATCH /api/devices/d1/", 200, "{\"device_id\": \"d1\"}");

    Ran ran =
        onServer(
            "devices",
            "set",
            "d1",
            "--name",
            "N",
            "--attr",
            "site=Bern",
            "--attr",
            "floor=2.5",
            "--attr",
            "spare=true",
            "--attr",
            "rack=\"3\"",
            "--attr",
            "old=");

    assertThat(ran.lines()).containsExactly("Device d1 is changed.");
    assertThat(parse(server.last().body()))
        .isEqualTo(
            parse(
                """
                {"name": "N", "attributes":
                  {"floor": 2.5, "old": null, "rack": "3", "site": "Bern", "spare": true}}
                """));
    assertThat(onServer("devices", "set", "d1").code()).isEqualTo(2);
  }
}
