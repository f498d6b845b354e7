package dev.muster.server.attachment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Uploads;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class AttachmentRaceTest {
  private static final String ME = "/api/organizations/me/";

  private final Api admin = Api.ofNewOrganization();
  private final String task = admin.post("/api/tasks/", Map.of("title", "x")).expect(201).at("id");

  private Map<String, Object> file(int size) {
    Map<String, Object> file = new TreeMap<>(Uploads.of("x"));
    file.put("size", size);
    return file;
  }

  private long used() {
    return admin.get(ME).expect(200).node("usage.attachment_bytes").asLong();
  }

  @Test
  void whoeverAnnouncesAtOnceTheQuotaIsKeptExactly() {
    assertThat(admin.get(ME).expect(200).node("quotas.attachment_bytes").asLong())
        .isEqualTo(10L << 30);
    Api.home()
        .patch(
            "/api/organizations/" + admin.get(ME).at("id"),
            Map.of("quotas", Map.of("attachment_bytes", 1_050)))
        .expect(200);
    List<Api.Answer> answers = Race.times(24, _ -> Uploads.announce(admin, task, file(100)));
    List<Api.Answer> made = answers.stream().filter(answer -> answer.status() == 201).toList();
    assertThat(made).hasSize(10);
    answers.stream()
        .filter(answer -> answer.status() != 201)
        .forEach(answer -> {
          assertThat(answer.expect(409).code()).isEqualTo("quota_exceeded");
          assertThat(answer.at("detail")).contains("1050 bytes of attachments", "would make 1100");
        });
    assertThat(used()).isEqualTo(1_000);
    Uploads.announce(admin, task, file(50)).expect(201);
    admin.delete("/api/tasks/" + task + "/attachments/" + made.getFirst().at("id")).expect(204);
    assertThat(used()).isEqualTo(950);
    Uploads.announce(admin, task, file(101)).expect(409);
    Uploads.announce(admin, task, file(100)).expect(201);
  }

  @Test
  void theSameAnnouncementAtOnceIsOneAttachment() {
    Map<String, Object> file = file(100);
    file.put("id", Ids.next().toString());
    Race.times(12, _ -> Uploads.announce(admin, task, file).expect(201));
    assertThat(admin.get("/api/tasks/" + task + "/attachments/").at("count")).isEqualTo("1");
    assertThat(used()).isEqualTo(100);
  }

  @Test
  void theSameChunkAtOnceIsOneChunk() {
    String content = "0123456789abcdef".repeat(2_048);
    String id = Uploads.announce(admin, task, Uploads.of(content)).expect(201).at("id");
    for (int from = 0; from < content.length(); from += 16_384) {
      int offset = from;
      Race.times(
          8,
          _ ->
              Uploads.chunk(admin, task, id, offset, content.substring(offset, offset + 16_384))
                  .expect(200));
    }
    String path = "/api/tasks/" + task + "/attachments/" + id;
    assertThat(admin.get(path).expect(200).at("complete")).isEqualTo("true");
    assertThat(admin.get(path + "/content").expect(200).text()).isEqualTo(content);
  }
}
