package dev.muster.server.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.archive.Day.State;
import dev.muster.server.archive.Day.Wish;
import dev.muster.server.testing.TestSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Archives in a bucket, over HTTP.
@SuppressWarnings("NullAway.Init") // set before each test
class S3DepotTest {
  private static final String SECRET = "a-very-secret-key";

  private FakeS3 store;

  @BeforeEach
  void open() throws IOException {
    store = new FakeS3();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Depot depot() {
    return new Depots(
            TestSettings.of(
                Map.of(
                    "muster.history.s3.bucket",
                    "fleet",
                    "muster.history.s3.endpoint",
                    store.address().toString(),
                    "muster.history.s3.access-key",
                    "who",
                    "muster.history.s3.secret-key",
                    SECRET)))
        .depot();
  }

  private static Path file(String content) throws IOException {
    return Files.writeString(Files.createTempFile("to", "put"), content);
  }

  @Test
  void whatIsPutIsThereAndTheFileIsGone() throws IOException {
    Path file = file("content");
    depot().put("a.csv.gz", file);

    assertThat(store.objects()).containsOnlyKeys("/fleet/muster/a.csv.gz");
    assertThat(file).doesNotExist();
    try (InputStream in = depot().open("a.csv.gz")) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("content");
    }
    assertThat(depot().size("a.csv.gz")).hasValue(7);
    assertThat(depot().where()).isEqualTo("s3://fleet/muster/");
    assertThat(store.heard()).allMatch(request -> request.contains("Credential=who/"));
    assertThat(store.heard()).noneMatch(request -> request.contains(SECRET));
  }

  @Test
  void whatIsNotThereIsNoFile() throws IOException {
    assertThat(depot().size("none")).isEmpty();
    assertThatThrownBy(() -> depot().open("none")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aRefusalIsSaidWithoutTheSecretAndKeepsTheFile() throws IOException {
    store.refuse(403);
    Path file = file("content");

    assertThatThrownBy(() -> depot().put("a", file))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("s3://fleet/muster/a")
        .hasMessageContaining("403")
        .hasMessageNotContaining(SECRET);
    assertThat(file).exists();
  }

  @Test
  void aDayGoesIntoTheBucketAndComesBack() {
    try (ArchiveWorld room = ArchiveWorld.open()) {
      LocalDate day = room.today();
      room.heartbeats(room.device(), Day.begin(day), 1_000);
      room.world().clock().advance(Duration.ofDays(1));
      String before = room.content(day);
      room.wish(day, Wish.ARCHIVE);
      room.job(depot()).run();

      assertThat(room.day(day).state()).isEqualTo(State.DROPPED);
      assertThat(store.objects())
          .containsOnlyKeys(
              "/fleet/muster/" + ArchiveManifest.file(day),
              "/fleet/muster/" + ArchiveManifest.manifest(day));
      assertThat(store.objects().get("/fleet/muster/" + ArchiveManifest.file(day)))
          .hasSize((int) Objects.requireNonNull(room.day(day).stored()).bytes());

      room.wish(day, Wish.RESTORE);
      room.job(depot()).run();
      assertThat(room.content(day)).isEqualTo(before);
    }
  }
}
