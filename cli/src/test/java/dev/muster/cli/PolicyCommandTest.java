package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class PolicyCommandTest extends CliTest {

  @Test
  void listShowsPoliciesAligned() {
    server.on(
        "GET /api/policies/?limit=50",
        200,
        """
        {"count": 2, "results": [
          {"id": "p1", "name": "kiosk", "type": "RESTRICTIONS", "current_version": 12,
           "priority": 100, "created_at": "2026-11-20T11:00:00Z"},
          {"id": "p2", "name": "wifi-of-the-lobby", "type": "WIFI", "current_version": null,
           "priority": 5, "created_at": "2026-11-01T12:00:00Z"}]}
        """);

    assertThat(onServer("policy", "list").lines())
        .containsExactly(
            "POLICY             TYPE          VERSION  PRIORITY  CREATED      ID",
            "kiosk              RESTRICTIONS       12       100  60 min ago   p1",
            "wifi-of-the-lobby  WIFI                -         5  19 days ago  p2");
  }

  @Test
  void createSendsTheType() {
    server.on("POST /api/policies/", 201, "{\"id\": \"p1\", \"name\": \"kiosk\"}");

    Ran ran = onServer("policy", "create", "kiosk", "--type", "restrictions", "--priority", "7");

    assertThat(ran.code()).isZero();
    assertThat(parse(server.last().body()))
        .isEqualTo(parse("{\"name\": \"kiosk\", \"type\": \"RESTRICTIONS\", \"priority\": 7}"));
  }

  @Test
  void setTypesTheValuesByTheCatalogue() {
    server.on("PATCH /api/policies/kiosk/settings/", 201, "{\"version\": 4}");

    Ran ran =
        onServer(
            "policy",
            "set",
            "kiosk",
            "cameraDisabled=false",
            "screenLockSeconds=120",
            "minOsVersion=14",
            "appsRequired=com.a,com.b",
            "--unset",
            "appsBlocked",
            "--comment",
            "cameras on");

    assertThat(ran.out()).contains("kiosk is at version 4.");
    assertThat(parse(server.last().body()))
        .isEqualTo(
            parse(
                """
                {"set": {"cameraDisabled": false, "screenLockSeconds": 120, "minOsVersion": "14",
                         "appsRequired": ["com.a", "com.b"]},
                 "unset": ["appsBlocked"], "comment": "cameras on"}
                """));
  }

  @Test
  void setRefusesAnUnknownSettingAndSaysWhichWasMeant() {
    server.on("GET /api/policies/kiosk/", 200, "{\"type\": \"RESTRICTIONS\"}");

    Ran ran = onServer("policy", "set", "kiosk", "camraDisabled=true");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("Did you mean cameraDisabled?");
    assertThat(server.asked()).extracting(FakeServer.Asked::method).containsExactly("GET");
  }

  @Test
  void setTakesAnyKeyInACustomPolicy() {
    server
        .on("GET /api/policies/own/", 200, "{\"type\": \"CUSTOM\"}")
        .on("PATCH /api/policies/own/settings/", 201, "{\"version\": 1}");

    Ran ran = onServer("policy", "set", "own", "motd=hello there", "limits={\"cpu\": 2}");

    assertThat(ran.code()).isZero();
    assertThat(parse(server.last().body()).path("set"))
        .isEqualTo(parse("{\"motd\": \"hello there\", \"limits\": {\"cpu\": 2}}"));
  }

  @Test
  void setRefusesAValueOutOfRangeBeforeItAsksTheServer() {
    Ran ran = onServer("policy", "set", "kiosk", "screenLockSeconds=1");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("must be a whole number from 5 to 86400, not «1»");
    assertThat(server.asked()).isEmpty();
  }

  private static final String WIFI =
      """
      [{"ssid": "office", "security": "wpa2", "password": "hunter2hunter2"}]
      """;

  @Test
  void setTakesASecretFromAFile() throws IOException {
    Files.writeString(home.resolve("wifi.json"), WIFI);
    server.on(
        "PATCH /api/policies/office/settings/",
        201,
        "{\"version\": 2, \"payload\": {\"wifiNetworks\": \"********\"}}");

    Ran ran =
        onServer(
            "policy",
            "set",
            "office",
            "cameraDisabled=on",
            "--from-file",
            "wifiNetworks=wifi.json");

    assertThat(ran.code()).isZero();
    assertThat(ran.out() + ran.err()).doesNotContain("hunter2");
    assertThat(parse(server.last().body()).path("set"))
        .isEqualTo(parse("{\"cameraDisabled\": true, \"wifiNetworks\": " + WIFI + "}"));
  }

  @Test
  void setTakesASecretFromStdin() {
    server.on("PATCH /api/policies/office/settings/", 201, "{\"version\": 2}");

    Ran ran =
        typing(
            WIFI,
            "policy",
            "set",
            "office",
            "--from-file",
            "wifiNetworks=-",
            "--server",
            server.address().toString());

    assertThat(ran.code()).isZero();
    assertThat(parse(server.last().body()).path("set").path("wifiNetworks")).isEqualTo(parse(WIFI));
  }

  @Test
  void setTakesASecretFromNoCommandLine() {
    Ran ran = onServer("policy", "set", "office", "wifiNetworks=" + WIFI);

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("--from-file wifiNetworks=FILE").doesNotContain("hunter2");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aFileWithAWrongSecretIsNotRepeated() throws IOException {
    Files.writeString(home.resolve("wifi.json"), WIFI.replace("wpa2", "hunter2hunter2"));

    Ran ran = onServer("policy", "set", "office", "--from-file", "wifiNetworks=wifi.json");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .contains("wifiNetworks[0].security must be one of")
        .doesNotContain("hunter2");
  }

  @Test
  void setWithNothingToChangeIsWrongUsage() {
    assertThat(onServer("policy", "set", "kiosk").code()).isEqualTo(2);
    assertThat(onServer("policy", "set", "kiosk", "cameraDisabled").code()).isEqualTo(2);
  }

  @Test
  void publishSendsTheFileAsItIs() throws IOException {
    Files.writeString(home.resolve("payload.json"), "{\"cameraDisabled\": true}");
    server.on("POST /api/policies/kiosk/versions/", 201, "{\"version\": 2}");

    Ran ran = onServer("policy", "publish", "kiosk", "-f", "payload.json", "--base-version", "1");

    assertThat(ran.out()).contains("kiosk is at version 2.");
    assertThat(parse(server.last().body()))
        .isEqualTo(parse("{\"payload\": {\"cameraDisabled\": true}, \"base_version\": 1}"));
  }

  @Test
  void publishReadsStdin() {
    server.on("POST /api/policies/kiosk/versions/", 201, "{\"version\": 2}");

    Ran ran =
        typing(
            "{}", "policy", "publish", "kiosk", "-f", "-", "--server", server.address().toString());

    assertThat(ran.code()).isZero();
    assertThat(parse(server.last().body())).isEqualTo(parse("{\"payload\": {}}"));
  }

  @Test
  void publishRefusesWhatIsNotAnObject() {
    String address = server.address().toString();

    assertThat(typing("[1]", "policy", "publish", "k", "-f", "-", "--server", address).err())
        .contains("must hold one JSON object");
    assertThat(typing("{", "policy", "publish", "k", "-f", "-", "--server", address).err())
        .contains("stdin is not JSON; look at line 1, column 2.");
    assertThat(
            typing(
                    "{\"a\": hunter2hunter2}",
                    "policy",
                    "publish",
                    "k",
                    "-f",
                    "-",
                    "--server",
                    address)
                .err())
        .contains("stdin is not JSON; look at line 1")
        .doesNotContain("hunter2");
    assertThat(onServer("policy", "publish", "k", "-f", "absent.json").code()).isEqualTo(2);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aRefusalShowsTheDetailAndTheFields() {
    server.on(
        "POST /api/policies/kiosk/versions/",
        422,
        """
        {"status": 422, "code": "invalid", "detail": "The payload is not valid.",
         "errors": [{"field": "payload.screenLockSeconds", "message": "must be at most 86400"}]}
        """);

    Ran ran =
        typing(
            "{}", "policy", "publish", "kiosk", "-f", "-", "--server", server.address().toString());

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err().lines())
        .containsExactly(
            "The payload is not valid.", "  payload.screenLockSeconds: must be at most 86400");
  }

  @Test
  void showHasTheSettingsOfTheCurrentVersion() {
    server
        .on(
            "GET /api/policies/kiosk/",
            200,
            "{\"id\": \"p1\", \"name\": \"kiosk\", \"type\": \"RESTRICTIONS\", \"current_version\": 1}")
        .on(
            "GET /api/policies/kiosk/versions/?limit=500",
            200,
            """
            {"count": 2, "results": [
              {"version": 2, "is_current": false, "payload": {}},
              {"version": 1, "is_current": true, "payload": {"cameraDisabled": true}}]}
            """);

    assertThat(onServer("policy", "show", "kiosk").lines())
        .anyMatch(line -> line.matches(" *cameraDisabled +true"))
        .anyMatch(line -> line.matches("Version +1"));
    assertThat(
            onServer("policy", "show", "kiosk", "--output", "json")
                .json()
                .path("current")
                .path("version")
                .asInt())
        .isEqualTo(1);
  }

  @Test
  void versionsMarkTheCurrentOne() {
    server.on(
        "GET /api/policies/kiosk/versions/?limit=50",
        200,
        """
        {"count": 1, "results": [{"version": 1, "is_current": true, "comment": "first",
          "payload": {"cameraDisabled": true}, "created_at": "2026-11-20T11:59:30Z"}]}
        """);

    assertThat(onServer("policy", "versions", "kiosk").lines())
        .containsExactly(
            "VERSION  CURRENT  PUBLISHED  COMMENT  SETTINGS",
            "      1  yes      30 s ago   first    {\"cameraDisabled\":true}");
  }

  @Test
  void rollbackAndArchiveName() {
    server
        .on("POST /api/policies/kiosk/rollback/1/", 202, "{\"status\": \"rollback initiated\"}")
        .on("POST /api/policies/kiosk/archive/", 200, "{\"id\": \"p1\"}");

    assertThat(onServer("policy", "rollback", "kiosk", "1").out()).contains("back at version 1");
    assertThat(onServer("policy", "archive", "kiosk").out()).contains("kiosk is archived");
  }

  @Test
  void assignAndUnassignGoToDevicesOrGroups() {
    server
        .on("POST /api/devices/a/assign-policy/kiosk/", 202, "{\"status\": \"PENDING\"}")
        .on("POST /api/devices/b/assign-policy/kiosk/", 202, "{\"status\": \"PENDING\"}")
        .on("POST /api/groups/lobby%20east/assign-policy/kiosk/", 202, "{}")
        .on("DELETE /api/groups/lobby%20east/assign-policy/kiosk/", 204, "");

    assertThat(onServer("policy", "assign", "kiosk", "--device", "a", "--device", "b").lines())
        .containsExactly("kiosk is assigned to a.", "kiosk is assigned to b.");
    assertThat(onServer("policy", "assign", "kiosk", "--group", "lobby east").code()).isZero();
    assertThat(onServer("policy", "unassign", "kiosk", "--group", "lobby east").code()).isZero();
    assertThat(onServer("policy", "assign", "kiosk").code()).isEqualTo(2);
    assertThat(onServer("policy", "assign", "kiosk", "--device", "a", "--group", "g").code())
        .isEqualTo(2);
  }

  @Test
  void jobsAndAssignmentsAreLists() {
    server
        .on(
            "GET /api/policies/kiosk/jobs/?limit=50",
            200,
            """
            {"count": 1, "results": [{"device_id": "a", "status": "SUCCESS", "error": null,
              "started_at": "2026-11-20T11:59:50Z", "finished_at": "2026-11-20T11:59:55Z"}]}
            """)
        .on(
            "GET /api/policies/kiosk/assignments/?limit=50",
            200,
            "{\"count\": 1, \"results\": [{\"group\": \"kiosks\", \"status\": \"PENDING\"}]}");

    assertThat(onServer("policy", "jobs", "kiosk").lines())
        .containsExactly(
            "DEVICE  STATUS   STARTED   FINISHED  ERROR", "a       SUCCESS  10 s ago  5 s ago   -");
    assertThat(onServer("policy", "assignments", "kiosk").out()).contains("kiosks");
  }

  @Test
  void aNameCannotLeaveItsPath() {
    assertThat(onServer("policy", "archive", "../users/?x=#").code()).isEqualTo(1);

    assertThat(server.last().path()).isEqualTo("/api/policies/..%2Fusers%2F%3Fx%3D%23/archive/");
    assertThat(onServer("policy", "archive", "").code()).isEqualTo(2);
  }
}
