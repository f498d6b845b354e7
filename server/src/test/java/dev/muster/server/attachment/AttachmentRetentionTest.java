package dev.muster.server.attachment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Settings;
import dev.muster.server.task.Tasks;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Uploads;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("sql")
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class AttachmentRetentionTest {
  @Inject Database database;
  @Inject Settings settings;
  @Inject Tasks tasks;

  private final Api admin = Api.ofNewOrganization();
  private final String task = admin.post("/api/tasks/", Map.of("title", "x")).expect(201).at("id");

  private void hoursPass(int hours) {
    Instant then = Instant.now().plus(Duration.ofHours(hours));
    new AttachmentRetention(database, () -> then, tasks, settings).run();
  }

  private String count() {
    return admin.get("/api/tasks/" + task + "/attachments/").expect(200).at("count");
  }

  private long used() {
    return admin.get("/api/organizations/me/").expect(200).node("usage.attachment_bytes").asLong();
  }

  @Test
  void anUploadThatStandsStillForADayIsGivenUp() {
    String content = "x".repeat(20_000);
    String id = Uploads.announce(admin, task, Uploads.of(content)).expect(201).at("id");
    Uploads.chunk(admin, task, id, 0, content.substring(0, 16_384)).expect(200);
    Uploads.complete(admin, task, "whole");
    hoursPass(23);
    assertThat(count()).isEqualTo("2");
    hoursPass(25);
    assertThat(count()).isEqualTo("1");
    assertThat(used()).isEqualTo("whole".length());
    Uploads.chunk(admin, task, id, 16_384, content.substring(16_384)).expect(404);
  }

  @Test
  void theFilesOfATaskGo90DaysAfterIt() {
    Uploads.complete(admin, task, "whole");
    String other = admin.post("/api/tasks/", Map.of("title", "x")).expect(201).at("id");
    Uploads.complete(admin, other, "stays");
    admin.delete("/api/tasks/" + task).expect(204);
    hoursPass(24 * 90 - 1);
    assertThat(used()).isEqualTo(10);
    hoursPass(24 * 90 + 1);
    assertThat(used()).isEqualTo(5);
    admin.post("/api/tasks/" + task + "/restore/").expect(200);
    assertThat(count()).isEqualTo("0");
  }
}
