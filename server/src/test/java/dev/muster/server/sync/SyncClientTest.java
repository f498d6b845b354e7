package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Epoch;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.sync.Kind;
import dev.muster.sync.Row;
import dev.muster.sync.SyncClient;
import dev.muster.sync.SyncFailed;
import dev.muster.sync.SyncLoop;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The client library against the server, where random histories seldom come.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class SyncClientTest {
  @Inject Database database;
  @TempDir private Path folder;

  private final Api admin = Api.ofNewOrganization();
  private Technician tablet;
  private Technician laptop;

  @BeforeEach
  void logIn() throws IOException, InterruptedException {
    tablet = new Technician(admin, "operator", folder);
    laptop = new Technician(admin, "operator", folder);
  }

  @AfterEach
  void close() throws IOException {
    tablet.close();
    laptop.close();
  }

  private static Map<String, Json> title(String title) {
    return Map.of("title", Json.of(title));
  }

  private static List<String> titles(Technician technician) throws IOException {
    return technician.rows(Kind.TASK).stream().map(task -> task.text("title")).sorted().toList();
  }

  @Test
  void whatIsRefusedIsToldAndTheServersRowIsShownAgain() throws Exception {
    Row task = tablet.client().createTask(title("ours"));
    tablet.sync();
    Json stranger = Json.of(Ids.next().toString());
    tablet.client().edit(Kind.TASK, task.id(), Map.of("project", stranger));
    tablet.client().edit(Kind.TASK, task.id(), Map.of("priority", Json.of("urgent")));
    tablet.sync();

    assertThat(tablet.told()).hasSize(1);
    assertThat(tablet.told().getFirst().reason()).startsWith("Rejected: project");
    assertThat(tablet.client().notices()).hasSize(1);
    Row after = tablet.rows(Kind.TASK).getFirst();
    assertThat(after.text("project")).isEmpty();
    assertThat(after.text("priority")).isEqualTo("urgent");
    assertThat(tablet.client().pending()).isZero();
  }

  @Test
  void aWrongFieldIsToldAtOnceAndNothingIsKept() throws Exception {
    assertThatThrownBy(() -> tablet.client().createTask(Map.of()))
        .hasMessage("The title must have 1 to 500 characters.");
    assertThatThrownBy(
            () -> {
              var fields = Map.of("title", Json.of("x"), "status", Json.of("finished"));
              tablet.client().createTask(fields);
            })
        .hasMessageContaining("must be one of blocked, cancelled, done, in_progress, todo");
    assertThatThrownBy(() -> tablet.client().edit(Kind.TASK, "none", title("x")))
        .hasMessageContaining("no task none");
    assertThat(tablet.rows(Kind.TASK)).isEmpty();
    assertThat(tablet.client().pending()).isZero();
  }

  /// The server takes the tasks of a push first; a comment that was made before its task was
  /// deleted would then be one on nothing.
  @Test
  void theOrderOfTasksAndCommentsIsKept() throws Exception {
    Row task = tablet.client().createTask(title("short"));
    tablet.client().createComment(task.id(), null, "last words");
    tablet.client().delete(Kind.TASK, task.id());
    tablet.sync();
    assertThat(tablet.told()).isEmpty();
    assertThat(admin.get("/api/sync/conflicts/").at("count")).isEqualTo("0");
  }

  /// The tablet hears of the deletion before it hears that its own edits were taken, and only once.
  @Test
  void whatOthersDeletedDoesNotComeBackWithALostAnswer() throws Exception {
    Row task = tablet.client().createTask(title("short"));
    tablet.client().edit(Kind.TASK, task.id(), Map.of("status", Json.of("done")));
    tablet.loseTheNextAnswer();
    assertThatThrownBy(tablet::sync).hasMessage("the answer is lost");
    laptop.sync();
    laptop.client().delete(Kind.TASK, task.id());
    laptop.sync();
    tablet.sync();
    tablet.sync();
    assertThat(tablet.client().pending()).isZero();
    assertThat(tablet.rows(Kind.TASK)).isEmpty();
  }

  /// What the tablet is told is of the past by the time that it hears it.
  @Test
  void anotherProcessOfTheDeviceIsNotUndone() throws Exception {
    Row task = tablet.client().createTask(title("first"));
    tablet.sync();
    laptop.sync();
    laptop.client().edit(Kind.TASK, task.id(), title("of the laptop"));
    laptop.sync();
    tablet.meanwhile(other -> {
      synced(other);
      edited(other, task.id(), "of the other process");
      synced(other);
    });
    tablet.sync();
    assertThat(titles(tablet)).containsExactly("of the other process");
    laptop.sync();
    assertThat(titles(laptop)).containsExactly("of the other process");
  }

  private static void synced(SyncClient client) {
    try {
      client.sync();
    } catch (IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  private static void edited(SyncClient client, String task, String words) {
    try {
      client.edit(Kind.TASK, task, title(words));
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  void aConflictIsOverOnBothSidesWhenSomebodyHasResolvedIt() throws Exception {
    Row task = tablet.client().createTask(title("first"));
    tablet.sync();
    laptop.sync();
    laptop.client().edit(Kind.TASK, task.id(), title("of the laptop"));
    laptop.sync();
    tablet.client().edit(Kind.TASK, task.id(), title("of the tablet"));
    tablet.client().edit(Kind.TASK, task.id(), Map.of("description", Json.of("and more")));
    tablet.sync();
    assertThat(titles(tablet)).containsExactly("of the laptop");
    assertThat(tablet.client().notices()).hasSize(1);

    // both edits are in the one conflict
    String id = admin.get("/api/sync/conflicts/").at("results.0.id");
    admin
        .post("/api/sync/conflicts/" + id + "/resolve/", Map.of("resolution", "local"))
        .expect(200);
    tablet.sync();
    laptop.sync();
    assertThat(titles(tablet)).containsExactly("of the tablet");
    assertThat(titles(laptop)).containsExactly("of the tablet");
    assertThat(laptop.rows(Kind.TASK).getFirst().text("description")).isEqualTo("and more");
    assertThat(tablet.client().notices()).isEmpty();
  }

  @Test
  void whoWasAwayForTooLongDropsWhatIsGoneAndKeepsWhatItHasNotSaid() throws Exception {
    Row kept = tablet.client().createTask(title("kept"));
    Row gone = tablet.client().createTask(title("gone"));
    Row touched = tablet.client().createTask(title("touched"));
    tablet.sync();
    admin.delete("/api/tasks/" + gone.id()).expect(204);
    admin.delete("/api/tasks/" + touched.id()).expect(204);
    tablet.client().createTask(title("made offline"));
    tablet.client().edit(Kind.TASK, touched.id(), title("touched offline"));
    database.acrossOrganizations(handle -> {
      handle.execute("delete from task.tombstone where entity_id in (?, ?)", id(gone), id(touched));
      return handle.execute(
          "update sync.device set last_pull_at = now() - interval '91 days' where device_id = ?",
          UUID.fromString(tablet.device()));
    });
    tablet.sync();
    assertThat(titles(tablet)).containsExactly("kept", "made offline");
    assertThat(kept.text("title")).isEqualTo("kept");
    assertThat(admin.get("/api/sync/conflicts/").expect(200).text()).contains("touched offline");
    assertThat(tablet.client().pending()).isZero();
  }

  @Test
  void whatAServerHasLostSinceItsBackupIsPushedAgain() throws Exception {
    Row whole = tablet.client().createTask(title("whole"));
    Row older = tablet.client().createTask(title("before the backup"));
    tablet.sync();
    Row lost = tablet.client().createTask(title("lost"));
    tablet.client().createComment(lost.id(), null, "lost as well");
    tablet.client().edit(Kind.TASK, older.id(), title("after the backup"));
    tablet.sync();
    laptop.sync();
    tablet.client().edit(Kind.TASK, lost.id(), Map.of("priority", Json.of("urgent")));
    database.asOwner(handle -> {
      handle.execute("delete from task.comment where task_id = ?", id(lost));
      handle.execute("delete from task.history where task_id = ?", id(lost));
      handle.execute("delete from task.task where id = ?", id(lost));
      handle.execute(
          "update task.task set title = 'before the backup', vector_clock = jsonb_build_object(?::text, 1)"
              + " where id = ?",
          tablet.device(),
          id(older));
      return Epoch.renew(handle, Instant.now(), Instant.now());
    });
    for (int i = 0; i < 2; i++) {
      tablet.sync();
      laptop.sync();
    }
    assertThat(titles(tablet)).containsExactly("after the backup", "lost", "whole");
    assertThat(titles(laptop)).isEqualTo(titles(tablet));
    assertThat(tablet.client().commentsOf(lost.id())).hasSize(1);
    Api.Answer back = admin.get("/api/tasks/" + lost.id()).expect(200);
    assertThat(back.at("priority")).isEqualTo("urgent");
    assertThat(whole.text("title")).isEqualTo("whole");
  }

  @Test
  void aLongFirstPullGoesOnWhereItBroke() throws Exception {
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 150; j++) {
        laptop.client().createTask(title("task " + i + " " + j));
      }
      laptop.sync();
    }
    tablet.begin(new Random(7));
    tablet.calm(false);
    int tries = 0;
    while (!tablet.sync()) {
      tries++;
    }
    assertThat(tablet.rows(Kind.TASK)).hasSize(450);
    assertThat(tries).isLessThan(100);
  }

  @Test
  void aDeviceOfSomebodyElseIsRefusedAndWhatWaitsIsKept() throws Exception {
    tablet.client().createTask(title("waits"));
    admin.post("/api/devices/" + tablet.device() + "/deactivate/").expect(200);
    assertThatThrownBy(tablet::sync)
        .isInstanceOf(SyncFailed.class)
        .hasMessageContaining("Invalid device ID");
    assertThat(tablet.client().pending()).isEqualTo(1);
  }

  /// The interval is an hour; what comes sooner came by the nudge.
  @Test
  void aNudgeBringsWhatOthersDidAtOnce() throws Exception {
    tablet.sync();
    SyncLoop loop = tablet.loop(Duration.ofHours(1));
    Thread loops = Thread.ofVirtual().start(loop);
    Thread listens = Thread.ofVirtual().start(tablet.nudges(loop::nudge));
    try {
      Row task = laptop.client().createTask(title("news"));
      laptop.sync();
      tablet.awaitTitle(task.id(), "news");
      laptop.client().edit(Kind.TASK, task.id(), title("more news"));
      laptop.sync();
      tablet.awaitTitle(task.id(), "more news");
    } finally {
      loops.interrupt();
      listens.interrupt();
      loops.join();
      listens.join();
    }
  }

  private static UUID id(Row row) {
    return UUID.fromString(row.id());
  }
}
