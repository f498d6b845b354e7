package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditCommandTest extends CliTest {
  private static final String ENTRIES =
      """
      {"count": 3, "next": null, "results": [
        {"at": "2026-11-20T11:59:00Z", "actor": {"kind": "person", "id": "u1", "name": "ann@example.com"},
         "action": "policy.published", "target": {"kind": "policy", "id": "p1"}, "erased": false,
         "before": {"version": 1, "comment": "x"}, "after": {"version": 2, "note": "y"}, "position": 7},
        {"at": "2026-11-20T11:58:00Z", "actor": {"kind": "key", "id": "k1", "name": null},
         "action": "user.created", "target": {"kind": "user", "id": "u2"}, "erased": true,
         "before": {}, "after": {}, "position": null},
        {"at": "2026-11-20T11:57:00Z", "actor": {"kind": "server", "id": null, "name": "sweep"},
         "action": "device.retired", "target": {"kind": "device", "id": "d\\u001b1"}, "erased": false,
         "before": {}, "after": {}, "position": null}]}
      """;

  @Test
  void whatWasDoneIsListed() {
    server.on("GET /api/audit/?limit=50", 200, ENTRIES);

    List<String> lines = onServer("audit").lines();

    assertThat(lines.get(0)).matches("WHEN +WHO +ACTION +TARGET +CHANGE");
    assertThat(lines.get(1))
        .matches(
            "2026-11-20T11:59:00Z +person ann@example.com +policy.published +p1 +"
                + "version: 1 → 2; comment: x → -; note: y");
    assertThat(lines.get(2)).contains("key k1").endsWith("(erased)");
    assertThat(lines.get(3)).contains("server sweep", "d·1").endsWith("-");
    assertThat(onServer("audit", "list", "--output", "json").json().path("count").asInt())
        .isEqualTo(3);
  }

  @Test
  void everyFilterGoesToTheServer() {
    server.on(
        "GET /api/audit/?actor=key&action=policy.&kind=policy&target=p1&request_id=r%201"
            + "&from=2026-01-01T00%3A00%3A00Z&to=2026-02-01T00%3A00%3A00Z&limit=1",
        200, ENTRIES);

    Ran ran =
        onServer(
            "audit",
            "list",
            "--actor",
            "key",
            "--action",
            "policy.",
            "--kind",
            "policy",
            "--target",
            "p1",
            "--request",
            "r 1",
            "--from",
            "2026-01-01T00:00:00Z",
            "--to",
            "2026-02-01T00:00:00Z",
            "--limit",
            "1");

    assertThat(ran.code()).isZero();
    assertThat(ran.lines()).hasSize(3).last().isEqualTo("1 of 3; more with --limit.");
  }

  @Test
  void anIntactLogIsSaidToBeAndItsHeadIsShown() {
    String verdict =
        "{\"intact\": true, \"entries\": 12, \"unsealed\": 2, \"head\": {\"position\": 10,"
            + " \"hash\": \"abc\"}, \"problems\": []}";
    server
        .on("GET /api/audit/verify/", 200, verdict)
        .on("GET /api/audit/verify/?expect=9%3Adef", 200, verdict);

    Ran ran = onServer("audit", "verify");

    assertThat(ran.code()).isZero();
    assertThat(ran.lines())
        .containsExactly(
            "The log is intact: 12 entries, 2 of them not sealed yet.", "Head: 10:abc");
    assertThat(onServer("audit", "verify", "--expect", "9:def").code()).isZero();
  }

  @Test
  void aLogThatIsNotIntactEndsWithOne() {
    server.on(
        "GET /api/audit/verify/",
        200,
        """
        {"intact": false, "entries": 12, "unsealed": 0, "head": {"position": 12, "hash": "abc"},
         "problems": [{"position": 3, "entry_id": "e3", "kind": "changed", "message": "It was."},
                      {"position": null, "entry_id": null, "kind": "truncated", "message": "Cut."}]}
        """);

    Ran ran = onServer("audit", "verify");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines().get(0)).startsWith("The log is NOT intact: 12 entries");
    assertThat(ran.lines())
        .anyMatch(line -> line.matches(" *3 +changed +e3 +It was\\."))
        .anyMatch(line -> line.matches(" *- +truncated +- +Cut\\."))
        .noneMatch(line -> line.startsWith("Head"));
    Ran json = onServer("audit", "verify", "--output", "json");
    assertThat(json.code()).isEqualTo(1);
    assertThat(json.json().path("intact").asBoolean()).isFalse();
  }

  @Test
  void theLogIsExportedToAPrivateFile() throws IOException {
    server
        .on("GET /api/audit/export/?action=policy.&format=csv", 200, "at,id\r\n")
        .on("GET /api/audit/export/?format=jsonl", 200, "{}\n{}\n");

    Ran ran = onServer("audit", "export", "log.csv", "--action", "policy.");

    Path file = home.resolve("log.csv");
    assertThat(ran.out()).contains("log.csv (7 bytes)");
    assertThat(Files.readString(file)).isEqualTo("at,id\r\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(
            onServer("audit", "export", "log.txt", "--output", "json").json().path("bytes").asInt())
        .isEqualTo(6);
    assertThat(Files.readString(home.resolve("log.txt"))).isEqualTo("{}\n{}\n");
  }

  @Test
  void aRefusedExportLeavesNoFile() throws IOException {
    server.on(
        "GET /api/audit/export/?format=csv", 403, "{\"detail\": \"Your role does not allow.\"}");

    Ran ran = onServer("audit", "export", "log.csv");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("Your role does not allow.");
    try (var files = Files.list(home)) {
      assertThat(files.map(Path::getFileName).map(Path::toString))
          .noneMatch(name -> name.contains("log.csv"));
    }
  }
}
