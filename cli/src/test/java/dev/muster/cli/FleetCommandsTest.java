package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FleetCommandsTest extends CliTest {

  private static final String COMPLIANCE =
      """
      {"count": 3, "next": null, "results": [
        {"device_id": "lobby-1", "name": "Lobby 1", "state": "NON_COMPLIANT", "desired_version": 3,
         "reported_version": 3, "reported_at": "2026-11-20T11:59:56Z",
         "drift": [{"setting": "cameraDisabled", "desired": true, "actual": false},
                   {"setting": "minOsVersion", "desired": "14", "actual": {"failed": "no idea"}}]}]}
      """;

  @Test
  void devicesAreListedAndSearched() {
    server.on(
        "GET /api/devices/?search=lobby%20%26%20co&group=kiosks&limit=50",
        200,
        """
        {"count": 1, "results": [{"device_id": "lobby-1", "name": "Lobby\\u001b[2J 1",
          "platform": "ANDROID", "status": "IDLE", "groups": ["kiosks", "east"],
          "created_at": "2026-11-20T09:00:00Z"}]}
        """);

    assertThat(onServer("devices", "--search", "lobby & co", "--group", "kiosks").lines())
        .containsExactly(
            "DEVICE   NAME         PLATFORM  STATUS  GROUPS        REGISTERED",
            "lobby-1  Lobby·[2J 1  ANDROID   IDLE    kiosks, east  3 h ago");
  }

  @Test
  void devicesOfAStateAreListedWithTheirDrift() {
    server.on("GET /api/compliance/devices/?state=NON_COMPLIANT&limit=1", 200, COMPLIANCE);

    assertThat(onServer("devices", "list", "--state", "non_compliant", "--limit", "1").lines())
        .containsExactly(
            "DEVICE   NAME     STATE          DESIRED  REPORTED  REPORT   DRIFT",
            "lobby-1  Lobby 1  NON_COMPLIANT        3         3  4 s ago  cameraDisabled: wants true,"
                + " is false; minOsVersion: wants 14, is failed: no idea",
            "1 of 3; more with --limit.");
    assertThat(onServer("devices", "--state", "STALE", "--search", "x").code()).isEqualTo(2);
    assertThat(onServer("devices", "--state", "BROKEN").code()).isEqualTo(2);
  }

  @Test
  void aDeviceIsShownWithWhatItShouldBeAndWhatItIs() {
    server
        .on("GET /api/devices/lobby-1/", 200, "{\"device_id\": \"lobby-1\", \"name\": \"Lobby 1\"}")
        .on(
            "GET /devices/lobby-1/status",
            200,
            """
            {"deviceId": {"value": "lobby-1"}, "state": "NON_COMPLIANT",
             "desired": {"version": 3, "settings": {"cameraDisabled": true, "minOsVersion": "14"}},
             "lastReport": {"appliedPolicyVersion": 3,
               "settings": {"cameraDisabled": {"unsupported": true}}},
             "drift": [{"setting": "cameraDisabled", "desired": true, "actual": {"unsupported": true}}]}
            """)
        .on(
            "GET /api/devices/lobby-1/policies/",
            200,
            "{\"count\": 1, \"results\": [{\"policy_name\": \"kiosk\", \"status\": \"APPLIED\"}]}");

    assertThat(onServer("devices", "show", "lobby-1").lines())
        .anyMatch(line -> line.matches("State +NON_COMPLIANT"))
        .anyMatch(line -> line.matches("Policies +kiosk \\(APPLIED\\)"))
        .anyMatch(line -> line.matches("cameraDisabled +true +unsupported"))
        .anyMatch(line -> line.matches("minOsVersion +14 +not reported"));
    assertThat(onServer("devices", "show", "lobby-1", "--output", "json").json().properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("device", "status", "policies");
  }

  @Test
  void aDeviceIsRegistered() {
    server.on("POST /api/devices/", 201, "{\"device_id\": \"lobby-1\"}");

    Ran ran =
        onServer(
            "devices",
            "register",
            "--name",
            "Lobby 1",
            "--id",
            "lobby-1",
            "--platform",
            "linux",
            "--type",
            "kiosk",
            "--group",
            "kiosks",
            "--tag",
            "east",
            "--tag",
            "new");

    assertThat(ran.out()).contains("Device lobby-1 is registered.");
    assertThat(parse(server.last().body()))
        .isEqualTo(
            parse(
                """
                {"name": "Lobby 1", "device_id": "lobby-1", "platform": "LINUX", "type": "kiosk",
                 "groups": ["kiosks"], "tags": ["east", "new"]}
                """));
  }

  @Test
  void complianceIsCounted() {
    server.on(
        "GET /api/compliance/summary/",
        200,
        "{\"total\": 27, \"counts\": {\"UNKNOWN\": 0, \"STALE\": 2, \"COMPLIANT\": 25,"
            + " \"NON_COMPLIANT\": 0}}");

    assertThat(onServer("compliance").lines())
        .containsExactly(
            "STATE          DEVICES",
            "UNKNOWN              0",
            "STALE                2",
            "COMPLIANT           25",
            "NON_COMPLIANT        0",
            "all                 27");
    assertThat(onServer("compliance", "summary", "--output", "json").json().path("total").asInt())
        .isEqualTo(27);
  }

  @Test
  void aLongListIsReadPageByPageWithinTheServer() {
    server
        .on(
            "GET /api/groups/?limit=500",
            200,
            "{\"count\": 3, \"next\": \"https://elsewhere.example/api/groups/?limit=500&offset=2\","
                + " \"results\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}")
        .on(
            "GET /api/groups/?limit=500&offset=2",
            200,
            "{\"count\": 3, \"next\": null, \"results\": [{\"name\": \"c\"}]}");

    Ran ran = onServer("groups", "list", "--limit", "600", "--output", "json");

    assertThat(ran.json().path("results").findValuesAsText("name")).containsExactly("a", "b", "c");
    assertThat(onServer("groups", "list", "--limit", "0").code()).isEqualTo(2);
  }

  @Test
  void groupsAreMadeAndFilled() {
    server
        .on("POST /api/groups/", 201, "{\"id\": \"g1\", \"name\": \"kiosks\"}")
        .on("POST /api/groups/kiosks/devices/a/", 204, "")
        .on("POST /api/groups/kiosks/devices/b/", 204, "")
        .on("DELETE /api/groups/kiosks/devices/b/", 204, "");

    assertThat(
            onServer("groups", "create", "kiosks", "--output", "json").json().path("id").asText())
        .isEqualTo("g1");
    assertThat(onServer("groups", "add", "kiosks", "a", "b").lines())
        .containsExactly("a is in kiosks.", "b is in kiosks.");
    assertThat(onServer("groups", "remove", "kiosks", "b").code()).isZero();
    assertThat(onServer("groups", "add", "kiosks").code()).isEqualTo(2);
  }

  @Test
  void anEnrollmentTokenGoesToAPrivateFileAndNowhereElse() throws IOException {
    server
        .on("GET /api/policies/kiosk/", 200, "{\"id\": \"p1\"}")
        .on(
            "POST /api/enrollment-tokens/",
            201,
            "{\"id\": \"t1\", \"token\": \"me_1_secret\", \"expires_at\": \"2026-11-27T12:00:00Z\"}");

    Ran ran =
        onServer(
            "enroll-token",
            "create",
            "--uses",
            "25",
            "--expires",
            "7d",
            "--group",
            "kiosks",
            "--policy",
            "kiosk",
            "--out",
            "token");

    Path file = home.resolve("token");
    assertThat(ran.out()).contains("25 devices, ends in 7 days").doesNotContain("secret");
    assertThat(Files.readString(file)).isEqualTo("me_1_secret\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(parse(server.last().body()))
        .isEqualTo(
            parse(
                """
                {"max_uses": 25, "expires_in_seconds": 604800, "groups": ["kiosks"],
                 "policies": ["p1"]}
                """));
  }

  @Test
  void enrollmentTokensAreShownOnceListedAndRevoked() {
    server
        .on("POST /api/enrollment-tokens/", 201, "{\"id\": \"t1\", \"token\": \"me_1_secret\"}")
        .on(
            "GET /api/enrollment-tokens/?limit=50",
            200,
            "{\"count\": 1, \"results\": [{\"id\": \"t1\", \"uses\": 0, \"max_uses\": 1,"
                + " \"expires_at\": \"2026-11-20T13:00:00Z\", \"revoked_at\": null, \"groups\": []}]}")
        .on("DELETE /api/enrollment-tokens/t1/", 204, "");

    assertThat(onServer("enroll-token", "create").lines()).containsExactly("me_1_secret");
    assertThat(onServer("enroll-token", "list").lines())
        .containsExactly(
            "TOKEN  NAME  USED  OF  ENDS       REVOKED  GROUPS",
            "t1     -        0   1  in 60 min  -        -");
    assertThat(onServer("enroll-token", "revoke", "t1").out()).contains("Revoked t1.");
    assertThat(onServer("enroll-token", "create", "--expires", "soon").code()).isEqualTo(2);
  }

  @Test
  void usersAreListedAndAdded() {
    server
        .on(
            "GET /api/users/?limit=50",
            200,
            "{\"count\": 1, \"results\": [{\"email\": \"ann@example.com\", \"role\": \"admin\"}]}")
        .on("POST /api/users/", 201, "{\"id\": \"u1\"}");

    assertThat(onServer("users").out()).contains("ann@example.com");
    Ran ran =
        typing(
            "a long password\n",
            "users",
            "create",
            "--email",
            "bob@example.com",
            "--role",
            "operator",
            "--password-stdin",
            "--server",
            server.address().toString());
    assertThat(ran.out()).isEqualToIgnoringNewLines("bob@example.com is added as operator.");
    assertThat(parse(server.last().body()))
        .isEqualTo(
            parse(
                """
                {"email": "bob@example.com", "name": "bob", "role": "operator",
                 "password": "a long password"}
                """));
  }
}
