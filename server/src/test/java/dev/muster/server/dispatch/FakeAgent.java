package dev.muster.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.protocol.CommandSignature;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// A device of the server under test that has its own ideas of when to connect, poll and answer.
final class FakeAgent {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final EnrolledDevice device;

  /// A command as it came.
  record Received(JsonNode json) {
    String requestId() {
      return json.path("request_id").asText();
    }

    String action() {
      return json.path("action").asText();
    }

    Instant time() {
      return OffsetDateTime.parse(json.path("ts").asText()).toInstant();
    }

    /// Both signatures are right under this secret.
    boolean verifies(String secret) {
      Map<String, String> params = new TreeMap<>();
      json.path("params")
          .properties()
          .forEach(entry -> params.put(entry.getKey(), entry.getValue().asText()));
      return CommandSignature.verifies(
          secret,
          new CommandSignature.Signed(
              requestId(),
              json.path("device_id").asText(),
              action(),
              json.path("ts").asText(),
              params),
          json.path("hmac").asText(),
          json.path("hmac2").asText());
    }
  }

  private FakeAgent(EnrolledDevice device) {
    this.device = device;
  }

  static FakeAgent in(Api operator) {
    return new FakeAgent(EnrolledDevice.in(operator));
  }

  String id() {
    return device.id();
  }

  Api self() {
    return device.self();
  }

  String secret() {
    String secret = device.answer().at("commandSecret");
    assertThat(secret).isNotEmpty();
    return secret;
  }

  List<Received> poll(int seconds) {
    return received(self().get("/v1/agent/commands?wait=" + seconds).expect(200));
  }

  static List<Received> received(Api.Answer answer) {
    return StreamSupport.stream(answer.node("commands").spliterator(), false)
        .map(Received::new)
        .toList();
  }

  void progress(String requestId, @Nullable Integer percent) {
    Map<String, Object> body = new TreeMap<>();
    body.put("request_id", requestId);
    body.put("device_id", id());
    body.put("at", "2026-01-31T12:00:00Z");
    if (percent != null) {
      body.put("percent", percent);
    }
    self().post("/v1/action-progress", body).expect(200);
  }

  void result(Received command, String outcome) {
    result(command.requestId(), command.action(), outcome);
  }

  void result(String requestId, String action, String outcome) {
    self()
        .post(
            "/v1/action-result",
            Map.of(
                "request_id", requestId,
                "device_id", id(),
                "action", action,
                "outcome", outcome,
                "finished_at", "2026-01-31T12:00:00Z"))
        .expect(200);
  }

  /// Polls, and closes the connection when the thread is interrupted.
  void hangUpWhenInterrupted(int seconds) {
    try (HttpClient own = HttpClient.newHttpClient()) {
      own.send(
          HttpRequest.newBuilder(URI.create(Api.baseUrl() + "/v1/agent/commands?wait=" + seconds))
              .header("Authorization", "Bearer " + token())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException hungUp) {
      // as it should
    }
  }

  /// Does at once what comes, until it has done so many different things. Says which.
  Set<String> work(Connection line, int commands) {
    Set<String> done = new TreeSet<>();
    while (done.size() < commands) {
      Received command = line.next();
      if (done.add(command.requestId())) {
        result(command, "success");
      }
    }
    return done;
  }

  private String token() {
    return device.answer().at("deviceToken");
  }

  /// Holds a connection from now on.
  Connection connect() {
    return connect(Long.MAX_VALUE);
  }

  /// @param reads how many messages it reads at most before it goes on holding the line in silence
  Connection connect(long reads) {
    Connection connection = new Connection(reads);
    connection.socket =
        HTTP.newWebSocketBuilder()
            .header("Authorization", "Bearer " + token())
            .connectTimeout(Duration.ofSeconds(20))
            .buildAsync(
                URI.create(Api.baseUrl().replaceFirst("^http", "ws") + "/v1/agent/doorbell"),
                connection)
            .join();
    return connection;
  }

  /// An open doorbell.
  static final class Connection implements WebSocket.Listener, AutoCloseable {
    private final BlockingQueue<Received> commands = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final long reads;
    private @Nullable WebSocket socket;

    private Connection(long reads) {
      this.reads = reads;
    }

    @Override
    public void onOpen(WebSocket opened) {
      opened.request(reads);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        JsonNode message = parse(text.toString());
        text.setLength(0);
        if (message.path("type").asText().equals("command")) {
          commands.add(new Received(message));
        }
      }
      return null;
    }

    /// The next command, which is on its way.
    Received next() {
      try {
        Received next = commands.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("a command within 20 s").isNotNull();
        return java.util.Objects.requireNonNull(next);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(stopped);
      }
    }

    boolean isQuiet() {
      return commands.isEmpty();
    }

    @Override
    public void close() {
      if (socket != null) {
        socket.abort();
      }
    }
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
