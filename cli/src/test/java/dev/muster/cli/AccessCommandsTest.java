package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Keys, passwords and sessions.
class AccessCommandsTest extends CliTest {
  private static final String KEY = "mk_0190_secret";
  private static final String EMPTY = "{\"count\": 0, \"results\": []}";

  @Test
  void aKeyIsMadeAndShownOnce() {
    server.on("POST /api/keys/", 201, "{\"id\": \"k1\", \"key\": \"" + KEY + "\"}");

    Ran ran =
        onServer(
            "keys",
            "create",
            "--name",
            "ci",
            "--scope",
            "read",
            "--scope",
            "users:read",
            "--expires",
            "90d");

    assertThat(ran.out()).isEqualTo(KEY + System.lineSeparator());
    assertThat(parse(server.last().body()))
        .isEqualTo(
            parse(
                """
                {"name": "ci", "scopes": ["read", "users:read"], "expires_in_seconds": 7776000}
                """));
    assertThat(onServer("keys", "create", "--name", "ci").code()).isEqualTo(2);
  }

  @Test
  void aKeyThatGoesToAFileIsNotShown() throws IOException {
    server.on("POST /api/keys/", 201, "{\"id\": \"k1\", \"key\": \"" + KEY + "\"}");

    Ran ran =
        onServer(
            "keys",
            "create",
            "--name",
            "ci",
            "--scope",
            "read",
            "--out",
            "ci.key",
            "--output",
            "json");

    assertThat(ran.json()).isEqualTo(parse("{\"id\": \"k1\"}"));
    Path file = home.resolve("ci.key");
    assertThat(Files.readString(file)).isEqualTo(KEY + "\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(parse(server.last().body()))
        .isEqualTo(parse("{\"name\":\"ci\",\"scopes\":[\"read\"]}"));
  }

  @Test
  void keysAreListedAndRevoked() {
    server
        .on(
            "GET /api/keys/?limit=50",
            200,
            """
            {"count": 1, "results": [{"id": "k1", "name": "ci", "scopes": ["devices", "read"],
              "last_used_at": "2026-11-20T11:59:00Z", "expires_at": null, "revoked_at": null}]}
            """)
        .on("DELETE /api/keys/k1/", 204, "");

    assertThat(onServer("keys").lines().getLast())
        .contains("k1")
        .contains("devices, read")
        .contains("60 s ago");
    assertThat(onServer("keys", "revoke", "k1").out()).contains("Revoked k1.");
  }

  @Test
  void aProgramCallsWithTheKeyOfItsEnvironmentOrOfAFile() throws IOException {
    logIn();
    server.on("GET /api/groups/?limit=50", 200, EMPTY);
    env = Map.of("MUSTER_API_KEY", KEY + "\n");
    assertThat(run("groups").code()).isZero();
    assertThat(server.last().authorization()).isEqualTo("Bearer " + KEY);

    Files.writeString(home.resolve("key"), "mk_other\n");
    assertThat(run("groups", "--api-key-file", "key").code()).isZero();
    assertThat(server.last().authorization()).isEqualTo("Bearer mk_other");

    env = Map.of();
    assertThat(run("groups").code()).isZero();
    assertThat(server.last().authorization()).isEqualTo("Bearer access-1");
  }

  @Test
  void aKeyThatIsRefusedIsNotReplacedByTheLogin() {
    logIn();
    server.on("GET /api/groups/?limit=50", 401, "{\"detail\": \"The API key is not accepted.\"}");
    env = Map.of("MUSTER_API_KEY", KEY);
    Ran ran = run("groups");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("not accepted").doesNotContain(KEY);
    assertThat(server.asked()).noneMatch(asked -> asked.path().contains("refresh"));
  }

  @Test
  void whatIsNoKeyIsNotSentAndNotRepeated() throws IOException {
    env = Map.of("MUSTER_API_KEY", "my password");
    Ran ran = onServer("groups");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("MUSTER_API_KEY").doesNotContain("my password");
    Files.writeString(home.resolve("empty"), "");
    assertThat(onServer("groups", "--api-key-file", "empty").code()).isEqualTo(2);
    assertThat(onServer("groups", "--api-key-file", "missing").code()).isEqualTo(2);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aPasswordIsChangedByTwoLines() {
    server.on("POST /api/users/me/password/", 204, "");
    String url = server.address().toString();

    Ran ran =
        typing("old-password\nnew-password\n", "password", "--password-stdin", "--server", url);

    assertThat(ran.out()).contains("Your password is changed").doesNotContain("new-password");
    assertThat(parse(server.last().body()))
        .isEqualTo(
            parse(
                """
                {"current_password": "old-password", "new_password": "new-password"}
                """));
    assertThat(typing("one-line\n", "password", "--password-stdin").code()).isEqualTo(2);
    assertThat(run("password").code()).isEqualTo(2);
  }

  @Test
  void sessionsAreListedAndEnded() {
    server
        .on(
            "GET /api/users/me/sessions/?limit=50",
            200,
            """
            {"count": 1, "results": [{"id": "s1", "created_at": "2026-11-20T11:00:00Z",
              "refreshed_at": null, "address": "192.0.2.1", "user_agent": "Muster",
              "current": true}]}
            """)
        .on("DELETE /api/users/me/sessions/s1/", 204, "")
        .on("DELETE /api/users/me/sessions/", 204, "")
        .on("DELETE /api/users/u1/sessions/", 204, "");

    assertThat(onServer("sessions").lines().getLast())
        .contains("s1")
        .contains("60 min ago")
        .contains("192.0.2.1")
        .contains("this one");
    assertThat(onServer("sessions", "end", "s1").out()).contains("Ended s1.");
    assertThat(onServer("sessions", "end", "--others").out()).contains("Ended all other sessions");
    assertThat(onServer("sessions", "end", "--user", "u1").out()).contains("of u1");
    assertThat(onServer("sessions", "end").code()).isEqualTo(2);
    assertThat(onServer("sessions", "end", "s1", "--others").code()).isEqualTo(2);
  }
}
