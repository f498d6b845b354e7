package dev.muster.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// An operator at the command line, with a home of their own.
record Cli(Path home) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// What a command answered.
  record Ran(int code, String out, String err) {
    /// The output of a command that did what it was asked.
    String done() {
      if (code != 0) {
        throw new AssertionError("exit code " + code + ": " + out + err);
      }
      return out;
    }
  }

  Ran login(URI server, String email, String password) {
    return answering(
        password + "\n",
        "login",
        "--server",
        server.toString(),
        "--email",
        email,
        "--password-stdin");
  }

  /// The same, with this home as a device of theirs.
  Ran loginOnDevice(URI server, String email, String password) {
    return answering(
        password + "\n",
        "login",
        "--device",
        "--server",
        server.toString(),
        "--email",
        email,
        "--password-stdin");
  }

  Ran run(String... args) {
    return answering("", args);
  }

  /// What a command answers to scripts.
  JsonNode json(String... args) {
    String out =
        run(Stream.concat(Stream.of(args), Stream.of("--output", "json")).toArray(String[]::new))
            .done();
    try {
      return JSON.readTree(out);
    } catch (JsonProcessingException failure) {
      throw new AssertionError("not JSON: " + out, failure);
    }
  }

  private Ran answering(String input, String... args) {
    try (Program program =
        Program.start(
            home,
            Map.of("XDG_CONFIG_HOME", home.toString(), "XDG_DATA_HOME", home.toString()),
            List.of(args),
            input)) {
      int code = program.exitCode();
      return new Ran(code, program.out(), program.err());
    }
  }
}
