package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.BackupWriter;
import dev.muster.protocol.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BackupCommandTest extends CliTest {

  private static byte[] backup() throws IOException {
    var out = new ByteArrayOutputStream();
    var writer =
        new BackupWriter(
            out,
            new Json.Obj(
                Map.of(
                    "taken_at",
                    Json.of("2026-11-20T11:00:00Z"),
                    "master_key",
                    Json.of("0123abcd"))));
    writer.table("policy.policy", List.of("id"));
    writer.row("one\n".getBytes(StandardCharsets.UTF_8));
    writer.row("two\n".getBytes(StandardCharsets.UTF_8));
    writer.endTable();
    writer.end();
    return out.toByteArray();
  }

  private Path file() {
    return home.resolve("fleet.backup");
  }

  @Test
  void aBackupIsWrittenForItsOwnerAloneAndSaysWhatElseIsToBeKept() throws IOException {
    byte[] content = backup();
    server.on("GET /api/backup", 200, content);
    logIn();

    Ran ran = run("backup", "fleet.backup");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("fleet.backup", "2 rows", "2026-11-20", "0123abcd", "master-key");
    assertThat(file()).hasBinaryContent(content);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(server.last().authorization()).isEqualTo("Bearer access-1");
  }

  @Test
  void scriptsGetTheManifest() throws IOException {
    server.on("GET /api/backup", 200, backup());
    logIn();

    Ran ran = run("backup", "fleet.backup", "--output", "json");

    assertThat(ran.json().path("rows").asInt()).isEqualTo(2);
    assertThat(ran.json().path("bytes").asLong()).isEqualTo(Files.size(file()));
    assertThat(ran.json().at("/manifest/taken_at").asText()).isEqualTo("2026-11-20T11:00:00Z");
  }

  @Test
  void whatIsNotAWholeBackupIsNotKept() throws IOException {
    byte[] whole = backup();
    server.on("GET /api/backup", 200, Arrays.copyOf(whole, whole.length - 4));
    logIn();

    Ran ran = run("backup", "fleet.backup");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("not a whole backup");
    try (var files = Files.list(home)) {
      assertThat(files.map(Path::getFileName).map(Path::toString).toList())
          .noneMatch(name -> name.startsWith("fleet.backup"));
    }
  }

  @Test
  void anEarlierBackupStaysUntilThereIsAWholeNewOne() throws IOException {
    Files.writeString(file(), "the earlier one");
    server.on("GET /api/backup", 403, "{\"detail\": \"You may not.\"}");
    server.on("GET /api/backup", 200, backup());
    logIn();

    Ran exists = run("backup", "fleet.backup");
    Ran refused = run("backup", "fleet.backup", "--force");

    assertThat(exists.code()).isEqualTo(2);
    assertThat(exists.err()).contains("--force");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("You may not.");
    assertThat(file()).hasContent("the earlier one");
    assertThat(run("backup", "fleet.backup", "--force").code()).isZero();
    assertThat(file()).hasBinaryContent(backup());
  }

  @Test
  void anAccessTokenThatHasEndedIsRenewed() throws IOException {
    server.on("GET /api/backup", 401, "{}").on("GET /api/backup", 200, backup());
    server.on(
        "POST /api/auth/refresh/", 200, "{\"access\": \"access-2\", \"refresh\": \"refresh-2\"}");
    logIn();

    assertThat(run("backup", "fleet.backup").code()).isZero();
    assertThat(server.last().authorization()).isEqualTo("Bearer access-2");
  }
}
