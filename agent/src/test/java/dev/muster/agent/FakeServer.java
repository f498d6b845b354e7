package dev.muster.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.muster.agent.core.JsonText;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Verdicts;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// A real HTTP server on loopback that speaks the loop, with its fleet in memory.
final class FakeServer implements AutoCloseable {
  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, String> deviceByHardware = new HashMap<>();
  private final Map<String, Json.Obj> enrollments = new HashMap<>();
  private final Map<String, Json.Obj> reports = new HashMap<>();
  private final FakeCommands commands = new FakeCommands();
  private final FakeHeartbeats heartbeats = new FakeHeartbeats();
  private @Nullable String enrollmentToken;
  private long version = 1;
  private Json.Obj settings = Json.obj(Map.of("cameraDisabled", Json.of(true)));
  private int enrollCalls;

  FakeServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
    http.setExecutor(threads);
    http.createContext("/", this::answer);
    http.start();
  }

  ServerAddress address() {
    return ServerAddress.parse("http://127.0.0.1:" + http.getAddress().getPort());
  }

  FakeCommands commands() {
    return commands;
  }

  FakeHeartbeats heartbeats() {
    return heartbeats;
  }

  synchronized void requireEnrollmentToken(String token) {
    enrollmentToken = token;
  }

  synchronized void publish(Json.Obj next) {
    version++;
    settings = next;
  }

  synchronized int enrollCalls() {
    return enrollCalls;
  }

  /// What the devices said when they enrolled, by device id.
  synchronized Map<String, Json.Obj> enrollments() {
    return Map.copyOf(enrollments);
  }

  /// Waits until the newest reports, by device id, are like this.
  synchronized void await(Predicate<Map<String, Json.Obj>> condition) throws InterruptedException {
    while (!condition.test(reports)) {
      wait();
    }
  }

  /// Waits until this many devices satisfy the present policy.
  void awaitCompliant(int devices) throws InterruptedException {
    await(newest -> newest.values().stream().filter(this::isCompliant).count() >= devices);
  }

  private synchronized boolean isCompliant(Json.Obj report) {
    Map<String, Observed> observed = new HashMap<>();
    if (report.fields().get("settings") instanceof Json.Obj reported) {
      reported.fields().forEach((key, value) -> observed.put(key, Observed.fromWire(value)));
    }
    return Json.of(version).equals(report.fields().get("appliedPolicyVersion"))
        && Verdicts.drift(settings, observed).isEmpty();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean gzipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      InputStream sent = exchange.getRequestBody();
      String text =
          new String(
              (gzipped ? new GZIPInputStream(sent) : sent).readAllBytes(), StandardCharsets.UTF_8);
      Json.Obj body = text.isEmpty() ? Json.obj(Map.of()) : JsonText.readObject(text);
      String path = exchange.getRequestURI().getPath();
      String credential = exchange.getRequestHeaders().getFirst("Authorization");
      if (path.equals("/enroll")) {
        enroll(exchange, body, credential);
      } else if (path.matches("/v1/(agent/commands|action-result|action-progress)")) {
        if (credential != null && credential.startsWith("Bearer md_")) {
          commands.answer(exchange, body, credential.substring("Bearer md_".length()));
        } else {
          send(exchange, 401, Json.obj(Map.of("detail", Json.of("The token is not valid."))));
        }
      } else if (path.matches("/v1/heartbeats?")) {
        heartbeats.answer(exchange, body, gzipped);
      } else if (path.matches("/devices/[^/]+/(policy|report)")) {
        ofDevice(exchange, path.split("/", -1)[2], body, credential);
      } else {
        send(exchange, 404, Json.obj(Map.of("detail", Json.of("No such path."))));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void enroll(
      HttpExchange exchange, Json.Obj body, @Nullable String credential) throws IOException {
    enrollCalls++;
    if (enrollmentToken != null && !("Bearer " + enrollmentToken).equals(credential)) {
      send(exchange, 401, Json.obj(Map.of("detail", Json.of("No valid enrollment token."))));
      return;
    }
    String hardware = String.valueOf(body.fields().get("hardwareId"));
    String id = deviceByHardware.computeIfAbsent(hardware, _ -> "d" + deviceByHardware.size());
    enrollments.put(id, body);
    send(
        exchange,
        200,
        Json.obj(
            Map.of(
                "deviceId", Json.obj(Map.of("value", Json.of(id))),
                "deviceToken", Json.of("md_" + id),
                "commandSecret", Json.of(FakeCommands.secretOf(id)),
                "policy", policy())));
  }

  private synchronized void ofDevice(
      HttpExchange exchange, String id, Json.Obj body, @Nullable String credential)
      throws IOException {
    if (!("Bearer md_" + id).equals(credential)) {
      send(exchange, 401, Json.obj(Map.of("detail", Json.of("The token is not valid."))));
    } else if (exchange.getRequestMethod().equals("GET")) {
      send(exchange, 200, policy());
    } else {
      reports.put(id, body);
      notifyAll();
      send(exchange, 202, Json.obj(Map.of()));
    }
  }

  private Json.Obj policy() {
    return Json.obj(
        Map.of("version", Json.of(version), "cameraDisabled", Json.of(true), "settings", settings));
  }

  static void send(HttpExchange exchange, int status, Json body) throws IOException {
    byte[] bytes = body.canonical().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
