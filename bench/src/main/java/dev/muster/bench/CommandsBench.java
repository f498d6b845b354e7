package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.fleet.ActionType;
import dev.muster.fleet.InitiateDeviceActionRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A burst of commands to connected agents, until the server knows the end of each.
final class CommandsBench {
  private static final int ENROLLING = 16;
  private static final int CONNECTING = 50;
  private static final int ASKING = 32;
  private static final int POSTING = 64;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private record Enrolled(String id, String token) {}

  private final BenchServer server;
  private final Connection database;
  private final PrintWriter out;
  private final Receipts receipts = new Receipts();
  private final List<WebSocket> connections = new ArrayList<>();

  CommandsBench(BenchServer server, Connection database, PrintWriter out) {
    this.server = server;
    this.database = database;
    this.out = out;
  }

  /// Whether every command was received and ended well.
  boolean run(int agents, int commands) throws Exception {
    Api admin = server.admin();
    List<Enrolled> enrolled = enroll(admin, agents);
    connect(enrolled);
    out.printf(Locale.ROOT, "%,d agents are connected%n", connections.size());
    long begin = System.nanoTime();
    ask(key(admin), enrolled, commands);
    double asked = (System.nanoTime() - begin) / 1e9;
    out.printf(
        Locale.ROOT,
        "%,d commands asked for in %.1f s, %,.0f/s%n",
        commands,
        asked,
        commands / asked);
    out.flush();
    await(begin, commands);
    double ended = (System.nanoTime() - begin) / 1e9;
    long done = count("select count(*) from action.action where state = 'COMPLETED'");
    out.printf(Locale.ROOT, "  dispatch to receipt    %s%n", receipts);
    out.printf(
        Locale.ROOT,
        "  commands a second      %,.0f, from the first request to the last result%n",
        done / ended);
    out.printf(Locale.ROOT, "  lost                   %,d of %,d%n", commands - done, commands);
    Throwable failure = receipts.failure();
    if (failure != null) {
      out.printf(Locale.ROOT, "  something went wrong on the way, first: %s%n", failure);
    }
    out.flush();
    connections.forEach(WebSocket::abort);
    return done == commands && receipts.commands() == commands;
  }

  private static String key(Api admin) throws IOException, InterruptedException {
    return admin
        .post("/api/keys/", Map.of("name", "bench", "scopes", List.of("actions")))
        .get("key")
        .asText();
  }

  private List<Enrolled> enroll(Api admin, int agents) throws Exception {
    String token =
        admin.post("/api/enrollment-tokens/", Map.of("max_uses", agents)).get("token").asText();
    Api enroller = server.anonymous().as(token);
    return each(
        agents,
        ENROLLING,
        number -> {
          JsonNode answer = enroller.post("/v1/register", Map.of("alias", "Light agent " + number));
          return new Enrolled(
              answer.get("device_id").asText(), answer.get("device_token").asText());
        });
  }

  private void connect(List<Enrolled> enrolled) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    Semaphore posting = new Semaphore(POSTING);
    Api api = server.anonymous();
    connections.addAll(
        each(
            enrolled.size(),
            CONNECTING,
            number -> {
              String token = enrolled.get(number).token();
              LightAgent agent = new LightAgent(api.as(token), receipts, posting);
              CompletableFuture<WebSocket> socket =
                  LightAgent.connect(http, server.address(), token, agent).toCompletableFuture();
              return socket.get(60, TimeUnit.SECONDS);
            }));
  }

  /// Every device in turn, so that each has its queue.
  private void ask(String key, List<Enrolled> devices, int commands) throws Exception {
    try (FleetClient fleet = new FleetClient(server.grpcPort(), key)) {
      var _ =
          each(
              commands,
              ASKING,
              number ->
                  fleet
                      .over(number)
                      .initiateDeviceAction(
                          InitiateDeviceActionRequest.newBuilder()
                              .setDeviceId(devices.get(number % devices.size()).id())
                              .setActionType(ActionType.PING)
                              .setQueue(true)
                              .build()));
    }
  }

  private void await(long begin, int commands) throws SQLException, InterruptedException {
    String ended = "select count(*) from action.action where ended_at is not null";
    while (count(ended) < commands && System.nanoTime() - begin < PATIENCE.toNanos()) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private long count(String sql) throws SQLException {
    try (Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private interface Work<T> {
    T of(int number) throws Exception;
  }

  /// What the work returns for 0 to `count` - 1, some of it at a time.
  private static <T> List<T> each(int count, int atOnce, Work<T> work) throws Exception {
    Semaphore permits = new Semaphore(atOnce);
    List<Future<T>> running = new ArrayList<>(count);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        int number = i;
        permits.acquire();
        running.add(
            threads.submit(() -> {
              try {
                return work.of(number);
              } finally {
                permits.release();
              }
            }));
      }
    }
    List<T> results = new ArrayList<>(count);
    for (Future<T> one : running) {
      try {
        results.add(one.get());
      } catch (ExecutionException failure) {
        throw new IOException("one of " + count + " failed", failure.getCause());
      }
    }
    return results;
  }
}
