package dev.muster.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A command line with a home of its own, a server on loopback and a clock that stands still.
abstract class CliTest {

  static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir Path home;
  Map<String, String> env = Map.of();
  FakeServer server;

  record Ran(int code, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }

    JsonNode json() {
      return parse(out);
    }
  }

  @BeforeEach
  void startServer() throws IOException {
    server = new FakeServer();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  /// Runs a command as a user who is not logged in to anything but what the test logged in to.
  Ran run(String... args) {
    return typing("", args);
  }

  /// The same, against the test's server.
  Ran onServer(String... args) {
    String[] all = new String[args.length + 2];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--server";
    all[args.length + 1] = server.address().toString();
    return run(all);
  }

  Ran typing(String in, String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    var shell =
        new Shell(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            new PrintWriter(out),
            new PrintWriter(err),
            env,
            home,
            home,
            Optional.empty(),
            InstantSource.fixed(NOW));
    int code = Main.execute(shell, args);
    return new Ran(code, out.toString(), err.toString());
  }

  /// Logs in to the test's server with the tokens `access-1` and `refresh-1`.
  void logIn() {
    server.on(
        "POST /api/auth/login/", 200, "{\"access\": \"access-1\", \"refresh\": \"refresh-1\"}");
    Ran login =
        typing(
            "secret\n",
            "login",
            "--server",
            server.address().toString(),
            "--email",
            "ann@example.com",
            "--password-stdin");
    if (login.code() != 0) {
      throw new AssertionError(login.err());
    }
  }

  static JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError(json, e);
    }
  }
}
