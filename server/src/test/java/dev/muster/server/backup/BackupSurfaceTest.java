package dev.muster.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.BackupReader;
import dev.muster.server.platform.Database;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A backup as it comes over HTTP.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@Timeout(60)
class BackupSurfaceTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @Inject
  @SuppressWarnings("NullAway.Init")
  Database database;

  @AfterEach
  void clear() {
    database.asOwner(handle -> handle.execute("drop schema if exists zz cascade"));
  }

  private static HttpResponse<InputStream> download() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(Api.baseUrl() + "/api/backup/"))
            .header("Authorization", "Bearer " + Objects.requireNonNull(Api.home().credential()))
            .build();
    return HTTP.send(request, BodyHandlers.ofInputStream());
  }

  /// A table of a room that nobody knows: enough that it takes a while to send.
  private void fill(int rows) {
    database.asOwner(handle -> {
      handle.execute("create schema zz");
      return handle.execute(
          """
          create table zz.filler as
          select n, md5(n::text) || md5((n + 1)::text) || md5((n + 2)::text) as text
          from generate_series(1, ?) as n
          """,
          rows);
    });
  }

  @Test
  void theHomeAdminGetsAWholeBackupOfAllTables() throws Exception {
    fill(1000);
    HttpResponse<InputStream> answer = download();

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
    try (BackupReader reader = new BackupReader(answer.body())) {
      Manifest manifest = Manifest.read(reader.manifest()).orElseThrow();
      assertThat(manifest.epoch()).hasToString(Api.anonymous().get("/api/info").at("epoch"));
      assertThat(reader.verify()).isGreaterThan(1000);
    }
    assertThat(
            database.<Integer>acrossOrganizations(handle ->
                handle
                    .createQuery(
                        "select count(*) from audit.entry where action = 'server.backed_up'")
                    .mapTo(Integer.class)
                    .one()))
        .isPositive();
  }

  @Test
  void whileOneIsBeingTakenAnotherIsRefused() {
    database.asOwner(handle -> {
      assertThat(BackupStore.lock(handle)).isTrue();
      Api.Answer refused = Api.home().get("/api/backup").expect(409);
      assertThat(refused.code()).isEqualTo("backup_running");
      return refused;
    });
  }

  @Test
  void aBackupThatBreaksOnTheWayIsNotTakenForWhole() throws Exception {
    fill(400_000);
    HttpResponse<InputStream> answer = download();
    assertThat(answer.statusCode()).isEqualTo(200);

    try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> cut = other.submit(this::cutOff);
      assertThatThrownBy(
              () -> {
                try (BackupReader reader = new BackupReader(answer.body())) {
                  reader.verify();
                }
              })
          .isInstanceOf(IOException.class);
      assertThat(cut.get()).isEqualTo(1);
    }
    assertThat(Api.home().get("/api/policies/").status()).isEqualTo(200);
    theNextOneWorks();
  }

  /// Ends the connection that reads the large table, as soon as it does.
  private int cutOff() {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    int ended;
    do {
      ended =
          database.<Integer>asOwner(handle ->
              handle
                  .createQuery(
                      """
                      select count(pg_terminate_backend(pid)) from pg_stat_activity
                      where query like 'copy (select n, text from zz.filler%'
                        and datname = current_database()
                      """)
                  .mapTo(Integer.class)
                  .one());
    } while (ended == 0 && System.nanoTime() < deadline);
    return ended;
  }

  @Test
  void whoGoesAwayInTheMiddleTakesNothingAlong() throws Exception {
    fill(400_000);
    HttpResponse<InputStream> answer = download();
    assertThat(answer.body().readNBytes(1000)).hasSize(1000);

    answer.body().close();

    theNextOneWorks();
  }

  /// Once the server has noticed.
  private static void theNextOneWorks() throws Exception {
    HttpResponse<InputStream> next = download();
    while (next.statusCode() == 409) {
      next = download();
    }
    assertThat(next.statusCode()).isEqualTo(200);
    try (BackupReader reader = new BackupReader(next.body())) {
      assertThat(reader.verify()).isPositive();
    }
  }

  /// What row-level security would hide is not left out in silence.
  @Test
  void aTableThatWouldNotBeSeenWholeIsNoPartOfAnyBackup() {
    database.asOwner(handle -> {
      handle.execute("create schema zz");
      handle.execute("create table zz.hidden (id int)");
      return handle.execute("alter table zz.hidden enable row level security");
    });

    assertThat(Api.home().get("/api/backup").expect(500).code()).isEqualTo("internal");
  }
}
