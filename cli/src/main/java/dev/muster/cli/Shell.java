package dev.muster.cli;

import java.io.Console;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/// What a command is given by the machine that it runs on. `console` is absent when there is nobody
/// to ask; `work` is the directory that relative file names start from.
record Shell(
    InputStream in,
    PrintWriter out,
    PrintWriter err,
    Map<String, String> env,
    Path home,
    Path work,
    Optional<Console> console,
    InstantSource clock) {

  static Shell ofProcess() {
    Console console = System.console();
    return new Shell(
        System.in,
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        System.getenv(),
        Path.of(System.getProperty("user.home")),
        Path.of(""),
        Optional.ofNullable(console).filter(Console::isTerminal),
        InstantSource.system());
  }

  /// Whether a line may be drawn over itself.
  boolean redraws() {
    return console.isPresent() && !env.getOrDefault("TERM", "dumb").equals("dumb");
  }

  /// The same for a command that is not to read what another one reads.
  Shell withoutInput() {
    return new Shell(
        InputStream.nullInputStream(), out, err, env, home, work, Optional.empty(), clock);
  }
}
