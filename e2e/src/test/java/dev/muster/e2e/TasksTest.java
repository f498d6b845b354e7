package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.agent.core.AgentClock;
import dev.muster.sync.HttpTransport;
import dev.muster.sync.Kind;
import dev.muster.sync.Person;
import dev.muster.sync.Row;
import dev.muster.sync.SqliteStore;
import dev.muster.sync.SyncClient;
import dev.muster.sync.SyncListener;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Tasks on tablets and at the command line, through the death of the server and of the tablets.
class TasksTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String EMAIL = "technician@example.org";
  private static final String PASSWORD = "correct horse battery";
  private static final int TABLETS = 3;
  private static final int KILLS = 3;

  private final Stage stage = new Stage(TasksTest.class);

  @SuppressWarnings("NullAway.Init")
  private ServerPlan plan;

  @SuppressWarnings("NullAway.Init")
  private ServerProcess server;

  @BeforeEach
  void start() {
    plan = stage.server("server");
    server = stage.start(plan);
    server
        .admin()
        .post(
            "/api/users/",
            Map.of("email", EMAIL, "name", "Tina", "password", PASSWORD, "role", "operator"))
        .expect(201);
  }

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  @Test
  void theCommandLineWorksThroughAnOutage() {
    Cli cli = new Cli(stage.folder("home"));
    assertThat(cli.run("tasks").err()).contains("muster login --device");
    cli.loginOnDevice(server.url(), EMAIL, PASSWORD).done();
    assertThat(cli.run("tasks", "add", "Check the pump").done())
        .startsWith("Made ")
        .endsWith(".\n");
    server.kill();

    String made = cli.run("tasks", "add", "Replace the seal", "--priority", "high").done();
    assertThat(made).contains("Edits that wait for the server: 1");
    JsonNode known = cli.json("tasks", "list");
    assertThat(known.findValuesAsText("title"))
        .containsExactly("Check the pump", "Replace the seal");
    String pump = known.get(0).path("id").asText();
    cli.run("tasks", "done", pump.substring(28)).done();
    cli.run("tasks", "comment", pump, "It leaked").done();
    assertThat(cli.run("tasks", "sync").code()).isEqualTo(1);

    server = stage.start(plan);
    JsonNode synced = cli.json("tasks", "sync");
    assertThat(synced.path("pushed").asInt()).isEqualTo(3);
    assertThat(synced.path("conflicts").asInt()).isZero();
    Rest admin = server.admin();
    JsonNode task = admin.get("/api/tasks/" + pump + "/").expect(200);
    assertThat(task.path("status").asText()).isEqualTo("done");
    assertThat(task.path("comment_count").asInt()).isEqualTo(1);
    assertThat(cli.run("tasks").done()).contains("Replace the seal").doesNotContain("pump");
  }

  @Test
  void theAgentKeepsTheTasksOfItsTechnician() throws Exception {
    Program agent =
        stage.start(
            "agent",
            Map.of("MUSTER_ENROLL_TOKEN", enrollmentToken()),
            "agent",
            "--server",
            server.url().toString(),
            "--state",
            stage.folder("agent-state").toString(),
            "--interval",
            "1s",
            "--technician",
            EMAIL,
            "--technician-password-file",
            passwordFile());
    server.admin().post("/api/tasks/", Map.of("title", "Read the meter")).expect(201);
    Path file = stage.folder("agent-state").resolve("tasks.db");
    Await.until(
        PATIENCE,
        () -> {
          assertThat(agent.isAlive()).isTrue();
          try (SqliteStore store = SqliteStore.open(file)) {
            List<Row> tasks = store.in(transaction -> transaction.page(Kind.TASK, "", 10));
            assertThat(tasks).extracting(task -> task.text("title")).contains("Read the meter");
          }
        });
  }

  /// Three simulated tablets edit all the while; server and tablets are killed in turn, wherever
  /// they are. Then the tablets are switched on once more, and all hold the same.
  @Test
  void allHoldTheSameAfterServerAndTabletsWereKilled() throws Exception {
    String token = enrollmentToken();
    for (int i = 1; i <= KILLS; i++) {
      Program tablets = tablets(token);
      int before = tasks().size();
      int wanted = before + 3;
      Await.until(PATIENCE, () -> assertThat(tasks()).hasSizeGreaterThanOrEqualTo(wanted));
      server.kill();
      tablets.kill();
      server = stage.start(plan);
    }
    List<SyncClient> clients = new ArrayList<>();
    for (int i = 1; i <= TABLETS; i++) {
      clients.add(client(stage.folder("tablets").resolve("tasks-" + i + ".db")));
    }
    for (int round = 0; round < 2; round++) {
      for (SyncClient client : clients) {
        client.sync();
      }
    }
    Map<String, String> expected = tasks();
    for (SyncClient client : clients) {
      assertThat(client.pending()).isZero();
      Map<String, String> held = new TreeMap<>();
      for (Row task : client.page(Kind.TASK, "", 1000)) {
        held.put(task.id(), task.text("title") + " " + task.text("status"));
      }
      assertThat(held).isEqualTo(expected);
    }
  }

  private Program tablets(String token) throws IOException {
    return stage.start(
        "simulator",
        Map.of("MUSTER_ENROLL_TOKEN", token),
        "simulate",
        "--server",
        server.url().toString(),
        "--state",
        stage.folder("tablets").toString(),
        "--devices",
        "1",
        "--interval",
        "200ms",
        "--offline",
        "30%",
        "--technician",
        EMAIL,
        "--technician-password-file",
        passwordFile(),
        "--technicians",
        String.valueOf(TABLETS));
  }

  private SyncClient client(Path file) throws IOException {
    SqliteStore store = stage.keep(SqliteStore.open(file));
    String device = store.in(memory -> memory.recall("device"));
    String fingerprint = store.in(memory -> memory.recall("fingerprint"));
    HttpTransport transport = new HttpTransport(HttpClient.newHttpClient(), server.url());
    Person person = new Person(transport, EMAIL, () -> PASSWORD, fingerprint, "Tablet");
    return new SyncClient(store, device, person, AgentClock.system(), SyncListener.NONE);
  }

  private Map<String, String> tasks() {
    Map<String, String> tasks = new TreeMap<>();
    for (JsonNode task : server.admin().get("/api/tasks/?limit=500").expect(200).path("results")) {
      tasks.put(
          task.path("id").asText(),
          task.path("title").asText() + " " + task.path("status").asText());
    }
    return tasks;
  }

  private String enrollmentToken() {
    return server
        .admin()
        .post("/api/enrollment-tokens/", Map.of())
        .expect(201)
        .path("token")
        .asText();
  }

  private String passwordFile() throws IOException {
    Path file = Files.createDirectories(stage.folder("secrets")).resolve("password");
    return Files.writeString(file, PASSWORD).toString();
  }
}
