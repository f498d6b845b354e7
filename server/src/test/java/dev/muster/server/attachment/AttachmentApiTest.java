package dev.muster.server.attachment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import dev.muster.server.testing.Uploads;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Files of tasks over HTTP.
@Tag("sql")
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class AttachmentApiTest {
  private static final int CHUNK = 16 * 1024;

  /// Two chunks and a half, all different.
  private static final String CONTENT = content(2 * CHUNK + 5_000);

  private final Api admin = Api.ofNewOrganization();
  private final String task = newTask(admin);

  private static String content(int length) {
    StringBuilder content = new StringBuilder();
    for (int i = 0; content.length() < length; i++) {
      content.append(i).append(' ');
    }
    return content.substring(0, length);
  }

  private static String newTask(Api api) {
    return api.post("/api/tasks/", Map.of("title", "x")).expect(201).at("id");
  }

  private static Map<String, Object> with(Map<String, Object> map, String key, Object value) {
    Map<String, Object> all = new TreeMap<>(map);
    all.put(key, value);
    return all;
  }

  private String announced() {
    return Uploads.announce(admin, task, Uploads.of(CONTENT)).expect(201).at("id");
  }

  private String path(String attachment) {
    return "/api/tasks/" + task + "/attachments/" + attachment;
  }

  private Api.Answer send(String attachment, int from, int to) {
    return Uploads.chunk(admin, task, attachment, from, CONTENT.substring(from, to));
  }

  private String uploaded() {
    String id = announced();
    send(id, 0, CHUNK).expect(200);
    send(id, CHUNK, 2 * CHUNK).expect(200);
    send(id, 2 * CHUNK, CONTENT.length()).expect(200);
    return id;
  }

  private static void stands(Api.Answer refused, int offset) {
    assertThat(refused.expect(409).code()).isEqualTo("upload_state");
    assertThat(refused.node("errors").toString())
        .contains("\"offset\"")
        .contains("\"must be " + offset + "\"");
  }

  @Test
  void aFileIsUploadedInChunksAndDownloaded() {
    Api.Answer made = Uploads.announce(admin, task, Uploads.of(CONTENT)).expect(201);
    assertThat(made.at("uploaded")).isEqualTo("0");
    assertThat(made.at("complete")).isEqualTo("false");
    assertThat(made.at("created_by_name")).isEqualTo("Admin");
    String id = made.at("id");
    assertThat(admin.get(path(id) + "/content").expect(409).code()).isEqualTo("upload_state");
    assertThat(send(id, 0, CHUNK).expect(200).at("uploaded")).isEqualTo("" + CHUNK);
    assertThat(send(id, CHUNK, 2 * CHUNK).expect(200).at("complete")).isEqualTo("false");
    Api.Answer last = send(id, 2 * CHUNK, CONTENT.length()).expect(200);
    assertThat(last.at("uploaded")).isEqualTo("" + CONTENT.length());
    assertThat(last.at("complete")).isEqualTo("true");

    Api.Answer file = admin.get(path(id) + "/content").expect(200);
    assertThat(file.text()).isEqualTo(CONTENT);
    assertThat(file.headers().firstValueAsLong("Content-Length")).hasValue(CONTENT.length());
    assertThat(admin.newUser("viewer").get(path(id) + "/content").expect(200).text())
        .isEqualTo(CONTENT);
    Api.Answer listed = admin.get("/api/tasks/" + task + "/attachments/").expect(200);
    assertThat(listed.at("count")).isEqualTo("1");
    assertThat(listed.node("results.0")).isEqualTo(admin.get(path(id)).expect(200).body());
  }

  @Test
  void whoLosesTheConnectionGoesOnWhereTheUploadStands() {
    String id = announced();
    send(id, 0, CHUNK).expect(200);
    stands(send(id, 2 * CHUNK, CONTENT.length()), CHUNK);
    assertThat(admin.get(path(id)).expect(200).at("uploaded")).isEqualTo("" + CHUNK);
    assertThat(send(id, 0, CHUNK).expect(200).at("uploaded")).isEqualTo("" + CHUNK);
    stands(Uploads.chunk(admin, task, id, 0, "y".repeat(CHUNK)), CHUNK);
    stands(send(id, 0, CHUNK + 1), CHUNK);
    send(id, CHUNK, 2 * CHUNK).expect(200);
    for (int i = 0; i < 2; i++) {
      Api.Answer last = send(id, 2 * CHUNK, CONTENT.length()).expect(200);
      assertThat(last.at("complete")).isEqualTo("true");
    }
    assertThat(send(id, 0, CHUNK).expect(200).at("complete")).isEqualTo("true");
    assertThat(admin.get(path(id) + "/content").expect(200).text()).isEqualTo(CONTENT);
  }

  @Test
  void whatIsNotWhatWasAnnouncedIsUploadedAnew() {
    String id = announced();
    send(id, 0, CHUNK).expect(200);
    send(id, CHUNK, 2 * CHUNK).expect(200);
    String other = "y".repeat(CONTENT.length() - 2 * CHUNK);
    Api.Answer refused = Uploads.chunk(admin, task, id, 2 * CHUNK, other).expect(409);
    assertThat(refused.code()).isEqualTo("content_mismatch");
    assertThat(admin.get(path(id)).expect(200).at("uploaded")).isEqualTo("0");
    stands(Uploads.chunk(admin, task, id, 2 * CHUNK, other), 0);
    send(id, 0, 2 * CHUNK).expect(200);
    send(id, 2 * CHUNK, CONTENT.length()).expect(200);
    assertThat(admin.get(path(id) + "/content").expect(200).text()).isEqualTo(CONTENT);
  }

  @Test
  void aChunkIsNeitherTooSmallNorTooLarge() {
    String id = announced();
    Api.Answer small = send(id, 0, CHUNK - 1).expect(400);
    assertThat(small.at("detail")).contains("16384 at the least");
    Uploads.chunk(admin, task, id, 0, "").expect(400);
    assertThat(Uploads.chunk(admin, task, id, 0, CONTENT + "x").expect(413).at("detail"))
        .contains(CONTENT.length() + " bytes at the most");
    admin.put(path(id) + "/content", CONTENT).expect(415);
    Uploads.bytes(admin).put(path(id) + "/content?offset=-1", "x").expect(400);
    Uploads.bytes(admin).put(path(id) + "/content?offset=9999999999999999999", "x").expect(400);
    assertThat(admin.get(path(id)).expect(200).at("uploaded")).isEqualTo("0");
    stands(Uploads.chunk(admin, task, id, 999_999_999_999_999_999L, "x"), 0);
    assertThat(Uploads.chunk(admin, task, uploaded(), CONTENT.length(), "x").expect(409).code())
        .isEqualTo("upload_state");
  }

  @Test
  void theSameAnnouncementIsTheSameAttachment() {
    Map<String, Object> file = with(Uploads.of(CONTENT), "id", Ids.next().toString());
    Api.Answer first = Uploads.announce(admin, task, file).expect(201);
    assertThat(first.at("id")).isEqualTo(file.get("id"));
    send(first.at("id"), 0, CHUNK).expect(200);
    Api.Answer again = Uploads.announce(admin, task, file).expect(201);
    assertThat(again.at("uploaded")).isEqualTo("" + CHUNK);
    assertThat(Uploads.announce(admin, task, with(file, "name", "other")).expect(409).code())
        .isEqualTo("already_exists");
    Uploads.announce(admin, newTask(admin), file).expect(409);
    assertThat(admin.get("/api/tasks/" + task + "/attachments/").at("count")).isEqualTo("1");
    assertThat(admin.get("/api/audit/?action=attachment.created").at("count")).isEqualTo("1");
  }

  @Test
  void whatIsAnnouncedWronglyIsRefusedByName() {
    Map<String, Object> file = Uploads.of(CONTENT);
    for (String name :
        List.of(
            "",
            " ",
            ".",
            "..",
            "a/b",
            "..\\b",
            "a\nb",
            "a\u0000b",
            "a\u2028b",
            "a\u202Egpj.exe",
            "x".repeat(256))) {
      Api.Answer refused = Uploads.announce(admin, task, with(file, "name", name)).expect(422);
      assertThat(refused.fields()).as(name).containsExactly("name");
    }
    for (String type : List.of("", "text", "text/html; charset=utf-8", "a/b\r\nX: y")) {
      Api.Answer refused =
          Uploads.announce(admin, task, with(file, "content_type", type)).expect(422);
      assertThat(refused.fields()).containsExactly("content_type");
    }
    for (long size : new long[] {-1, 0, 100L * 1024 * 1024 + 1}) {
      Api.Answer refused = Uploads.announce(admin, task, with(file, "size", size)).expect(422);
      assertThat(refused.at("detail"))
          .isEqualTo("size: must be a whole number from 1 to 104857600");
    }
    assertThat(Uploads.announce(admin, task, Map.of("id", "x", "sha256", "x")).expect(422).fields())
        .containsExactly("id", "name", "size", "sha256");
    assertThat(admin.get("/api/tasks/" + task + "/attachments/").at("count")).isEqualTo("0");
  }

  /// Whatever it says that it is.
  @Test
  void aFileIsSavedAndNeverShown() {
    String page = "<script>alert(1)</script>";
    Map<String, Object> file = with(Uploads.of(page), "name", "Grüße \"a\"; b.html");
    String id =
        Uploads.announce(admin, task, with(file, "content_type", "text/html")).expect(201).at("id");
    Uploads.chunk(admin, task, id, 0, page).expect(200);
    var headers = admin.get(path(id) + "/content").expect(200).headers();
    assertThat(headers.firstValue("Content-Type")).hasValue("application/octet-stream");
    assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'");
    assertThat(headers.firstValue("Content-Disposition"))
        .hasValue(
            "attachment; filename=\"Gr__e _a__ b.html\";"
                + " filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%22a%22%3B%20b.html");
  }

  @Test
  void aRangeOfAFileIsDownloaded() {
    String id = uploaded();
    int size = CONTENT.length();
    part(id, "bytes=0-0", 0, 1);
    part(id, "bytes=100-40000", 100, size);
    part(id, "bytes=" + (CHUNK - 3) + "-" + CHUNK, CHUNK - 3, CHUNK + 1);
    part(id, "bytes=" + CHUNK + "-", CHUNK, size);
    part(id, "bytes=-7", size - 7, size);
    for (String range : List.of("bytes=" + size + "-", "bytes=5-4", "bytes=0-1,3-4", "lines=1-2")) {
      Api.Answer all = admin.withHeader("Range", range).get(path(id) + "/content").expect(200);
      assertThat(all.text()).as(range).isEqualTo(CONTENT);
    }
    Api first = admin.withHeader("Range", "bytes=0-0");
    first
        .withHeader("If-Range", '"' + Uploads.sha256(CONTENT) + '"')
        .get(path(id) + "/content")
        .expect(206);
    first.withHeader("If-Range", "\"another\"").get(path(id) + "/content").expect(200);
  }

  private void part(String id, String range, int from, int to) {
    Api.Answer part = admin.withHeader("Range", range).get(path(id) + "/content").expect(206);
    assertThat(part.text()).as(range).isEqualTo(CONTENT.substring(from, to));
    assertThat(part.headers().firstValue("Content-Range"))
        .hasValue("bytes %d-%d/%d".formatted(from, to - 1, CONTENT.length()));
  }

  @Test
  void whoMayChangeTheTaskAddsAndDeletes() {
    String id = uploaded();
    SyncDevice member = SyncDevice.of(admin, "member");
    Api viewer = admin.newUser("viewer");
    for (Api stranger : List.of(member.api(), viewer)) {
      Uploads.announce(stranger, task, Uploads.of("x")).expect(403);
      Uploads.chunk(stranger, task, id, 0, "x").expect(403);
      stranger.delete(path(id)).expect(403);
      stranger.get(path(id)).expect(200);
    }
    admin.patch("/api/tasks/" + task, Map.of("assigned_to", member.user())).expect(200);
    Uploads.complete(member.api(), task, "x");
    member.api().delete(path(id)).expect(204);
    admin.get(path(id)).expect(404);
    admin.get(path(id) + "/content").expect(404);
    Api.Answer told = admin.get("/api/audit/?action=attachment.deleted").expect(200);
    assertThat(told.at("results.0.before.size")).isEqualTo("" + CONTENT.length());
    assertThat(told.text()).doesNotContain("note.txt");
  }

  @Test
  void anAttachmentIsNowhereButAtItsTask() {
    String id = uploaded();
    Api other = Api.ofNewOrganization();
    for (String of : List.of(task, newTask(other))) {
      String foreign = "/api/tasks/" + of + "/attachments/" + id;
      other.get(foreign).expect(404);
      other.get(foreign + "/content").expect(404);
      Uploads.chunk(other, of, id, 0, "x").expect(404);
      other.delete(foreign).expect(404);
    }
    other.get("/api/tasks/" + task + "/attachments/").expect(404);
    Uploads.announce(other, task, Uploads.of("x")).expect(404);
    String elsewhere = "/api/tasks/" + newTask(admin) + "/attachments/" + id;
    admin.get(elsewhere).expect(404);
    admin.delete(elsewhere).expect(404);
    String theirs = newTask(other);
    Api.Answer same = Uploads.announce(other, theirs, with(Uploads.of("x"), "id", id)).expect(201);
    assertThat(same.at("uploaded")).isEqualTo("0");
    assertThat(admin.get(path(id) + "/content").expect(200).text()).isEqualTo(CONTENT);
  }

  @Test
  void theFilesOfADeletedTaskComeBackWithIt() {
    String id = uploaded();
    admin.delete("/api/tasks/" + task).expect(204);
    admin.get("/api/tasks/" + task + "/attachments/").expect(404);
    admin.get(path(id) + "/content").expect(404);
    Uploads.announce(admin, task, Uploads.of("x")).expect(404);
    admin.post("/api/tasks/" + task + "/restore/").expect(200);
    assertThat(admin.get(path(id) + "/content").expect(200).text()).isEqualTo(CONTENT);
  }

  /// They are no part of the task and of what devices synchronize.
  @Test
  void aFileChangesNothingOfItsTask() {
    Api.Answer before = admin.get("/api/tasks/" + task).expect(200);
    SyncDevice tablet = SyncDevice.of(admin, "operator");
    long cursor = tablet.pull(0, 100).expect(200).node("timestamp").asLong();
    admin.delete(path(uploaded())).expect(204);
    assertThat(admin.get("/api/tasks/" + task).expect(200).body()).isEqualTo(before.body());
    assertThat(tablet.pull(cursor, 100).expect(200).node("tasks")).isEmpty();
  }
}
