package dev.muster.server.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

/// Archives over HTTP, with the job of the server itself.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init")
class ArchiveSurfaceTest {
  @Inject InstantSource clock;
  @Inject ArchiveJob job;

  private final Api home = Api.home();

  private String path(LocalDate day) {
    return "/api/archives/" + day;
  }

  private void asked(String action, String day) {
    Api.Answer entry =
        home.get("/api/audit/?kind=archive&target=" + day + "&action=" + action).expect(200);
    assertThat(entry.node("results")).as(action).isNotEmpty();
  }

  /// The server's own worker may be at it, and then this one leaves it alone.
  private Api.Answer done(LocalDate day) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    Api.Answer answer;
    do {
      job.run();
      answer = home.get(path(day)).expect(200);
    } while (System.nanoTime() < deadline
        && (!answer.node("wish").isNull()
            || answer.at("state").matches(".*ING|DETACHED|ARCHIVED|VERIFIED")));
    return answer;
  }

  @Test
  void aDayIsArchivedVerifiedAndRestored() {
    LocalDate day = Day.of(clock.instant()).minusDays(2);
    Api.Answer before = home.get(path(day)).expect(200);
    assertThat(before.at("state")).isEqualTo("ATTACHED");
    assertThat(before.node("archive").isNull()).isTrue();
    assertThat(home.post(path(day) + "/verify").expect(409).code()).isEqualTo("archive_state");
    assertThat(home.post(path(day) + "/restore").expect(409).code()).isEqualTo("archive_state");

    assertThat(home.post(path(day) + "/archive").expect(202).at("wish")).isEqualTo("ARCHIVE");
    Api.Answer dropped = done(day);
    assertThat(dropped.at("state")).isEqualTo("DROPPED");
    assertThat(dropped.node("wish").isNull()).isTrue();
    assertThat(dropped.at("archive.file")).isEqualTo("heartbeat-" + day + ".csv.gz");
    assertThat(dropped.at("archive.sha256")).hasSize(64);
    assertThat(home.post(path(day) + "/archive").expect(409).code()).isEqualTo("archive_state");

    home.post(path(day) + "/verify").expect(202);
    home.post("/api/archives/verify").expect(202);
    assertThat(done(day).node("problem").isNull()).isTrue();
    home.post(path(day) + "/restore").expect(202);
    assertThat(done(day).at("state")).isEqualTo("RESTORED");
    asked("archive.asked", day.toString());
    asked("archive.verification_asked", day.toString());
    asked("archive.restore_asked", day.toString());
  }

  @Test
  void theDaysAreListedNewestFirst() {
    Api.Answer days = home.get("/api/archives/?limit=3").expect(200);

    assertThat(days.node("count").asInt()).isGreaterThanOrEqualTo(17);
    assertThat(days.node("results")).hasSize(3);
    assertThat(days.at("results.0.day"))
        .isEqualTo(Day.of(clock.instant()).plusDays(Partitions.AHEAD).toString());
  }

  @Test
  void aDayThatIsNotOverStaysAndAnUnknownOneIsNotFound() {
    LocalDate today = Day.of(clock.instant());
    assertThat(home.post(path(today) + "/archive").expect(409).code()).isEqualTo("archive_state");
    home.get(path(today.minusYears(9))).expect(404);
    home.post(path(today.minusYears(9)) + "/restore").expect(404);
    home.get("/api/archives/yesterday").expect(404);
  }
}
