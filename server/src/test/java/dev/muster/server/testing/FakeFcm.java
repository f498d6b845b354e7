package dev.muster.server.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// FCM and the token endpoint of Google on loopback: it checks the signature of whoever asks for an
/// access token, and answers messages as it is told to.
public final class FakeFcm implements AutoCloseable {
  public static final String PROJECT = "fleet-1234";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Answer TAKEN =
      new Answer(200, "{\"name\": \"projects/fleet-1234/messages/1\"}", Map.of());

  /// An answer to a message.
  public record Answer(int status, String body, Map<String, String> headers) {
    /// An error in the form of FCM.
    public static Answer error(int status, String code, String errorCode) {
      return new Answer(
          status,
          """
          {"error": {"code": %d, "message": "said", "status": "%s", "details": [{
            "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": "%s"}]}}
          """
              .formatted(status, code, errorCode),
          Map.of());
    }

    public Answer withHeader(String name, String value) {
      return new Answer(status, body, Map.of(name, value));
    }
  }

  /// A message as it came.
  public record Message(String path, String authorization, JsonNode body) {
    public String token() {
      return body.path("message").path("token").asText();
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final KeyPair key;
  private final Path credentials;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger exchanges = new AtomicInteger();
  private final Queue<Message> messages = new ConcurrentLinkedQueue<>();
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private volatile Runnable onMessage = () -> {};
  private volatile int exchangeStatus = 200;
  private volatile boolean silent;

  private FakeFcm(Path folder) throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    key = generator.generateKeyPair();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/token", this::exchange);
    server.createContext("/v1/", this::message);
    server.start();
    credentials = Files.writeString(folder.resolve("service-account.json"), keyFile());
  }

  /// @param folder for the key of its service account
  public static FakeFcm start(Path folder) {
    try {
      return new FakeFcm(folder);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private String keyFile() throws JsonProcessingException {
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(key.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    return JSON.writeValueAsString(
        Map.of(
            "type", "service_account",
            "project_id", PROJECT,
            "private_key_id", "k1",
            "private_key", pem,
            "client_email", "muster@fleet-1234.iam.gserviceaccount.com",
            "client_id", "1",
            "token_uri", address() + "/token"));
  }

  /// The server's settings to push here.
  public Map<String, String> settings() {
    return Map.of(
        "muster.fcm.project", PROJECT,
        "muster.fcm.credentials", credentials.toString(),
        "muster.fcm.address", address());
  }

  public Path credentials() {
    return credentials;
  }

  private String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /// The next messages are answered so, one each; those after them are taken.
  public void answer(Answer... next) {
    answers.addAll(List.of(next));
  }

  /// Runs before each answer to a message.
  public void onMessage(Runnable hook) {
    onMessage = hook;
  }

  /// Whoever asks for an access token is answered with this status.
  public void exchangeWith(int status) {
    exchangeStatus = status;
  }

  /// No message is answered any more.
  public void fallSilent() {
    silent = true;
  }

  public List<Message> messages() {
    return List.copyOf(messages);
  }

  /// How many access tokens were given.
  public int exchanges() {
    return exchanges.get();
  }

  private void exchange(HttpExchange exchange) throws IOException {
    String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> fields =
        Arrays.stream(form.split("&", -1))
            .map(pair -> pair.split("=", 2))
            .collect(
                Collectors.toMap(
                    pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    if (exchangeStatus != 200 || !isSigned(fields.getOrDefault("assertion", ""))) {
      int status = exchangeStatus == 200 ? 400 : exchangeStatus;
      reply(exchange, new Answer(status, "{\"error\": \"invalid_grant\"}", Map.of()));
      return;
    }
    String token = "ya29.access-" + exchanges.incrementAndGet();
    reply(
        exchange,
        new Answer(
            200,
            "{\"access_token\": \"%s\", \"expires_in\": 3600, \"token_type\": \"Bearer\"}"
                .formatted(token),
            Map.of()));
  }

  /// RFC 7523: signed by the service account and for messaging. The library names Google as the
  /// audience, wherever the key sends it.
  private boolean isSigned(String assertion) throws IOException {
    String[] parts = assertion.split("\\.", -1);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(key.getPublic());
      signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
      return signature.verify(Base64.getUrlDecoder().decode(parts[2]))
          && claims.path("aud").asText().equals("https://oauth2.googleapis.com/token")
          && claims
              .path("scope")
              .asText()
              .equals("https://www.googleapis.com/auth/firebase.messaging");
    } catch (GeneralSecurityException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private void message(HttpExchange exchange) throws IOException {
    messages.add(
        new Message(
            exchange.getRequestURI().getPath(),
            exchange.getRequestHeaders().getFirst("Authorization"),
            JSON.readTree(exchange.getRequestBody().readAllBytes())));
    onMessage.run();
    if (silent) {
      awaitClose();
    }
    Answer answer = answers.poll();
    reply(exchange, answer == null ? TAKEN : answer);
  }

  private void awaitClose() {
    try {
      closed.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static void reply(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
