package dev.muster.cli;

import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Private;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Runs lines as commands, each as if it were started anew: nothing of one command is left for the
/// next but what the server and the files keep.
final class ShellLine {

  private static final Set<String> ENDS = Set.of("exit", "quit");

  /// Programs of their own, or endless within a shell.
  private static final Set<String> ELSEWHERE = Set.of("shell", "demo");

  private final Shell shell;
  private final List<String> globals;

  /// @param globals options that go before each command
  ShellLine(Shell shell, List<String> globals) {
    this.shell = shell;
    this.globals = List.copyOf(globals);
  }

  Shell shell() {
    return shell;
  }

  static boolean isEnd(String line) {
    return ENDS.contains(line.strip());
  }

  /// Runs one line; its exit code. An empty one is 0.
  int run(String line) {
    List<String> words;
    try {
      words = new ArrayList<>(Words.of(line));
    } catch (Failure.Usage e) {
      shell.err().println(e.getMessage());
      shell.err().flush();
      return e.exitCode();
    }
    if (!words.isEmpty()
        && (words.getFirst().equals("muster") || words.getFirst().equals("./muster"))) {
      words.removeFirst();
    }
    if (words.isEmpty()) {
      return 0;
    }
    if (ELSEWHERE.contains(words.getFirst())
        || CompletionCommand.OF_THE_LAUNCHER.contains(words.getFirst())) {
      shell.err().println("Leave the shell first (exit), then: ./muster " + words.getFirst());
      shell.err().flush();
      return 2;
    }
    if (words.equals(List.of("help"))) {
      words.set(0, "--help");
    }
    words.addAll(0, globals);
    return Main.execute(shell, words.toArray(String[]::new));
  }

  /// Runs each line of a text to its end or to `exit`; the code of the last one that failed.
  int runAll(InputStream in) {
    var commands = new ShellLine(shell.withoutInput(), globals);
    int code = 0;
    try {
      var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (isEnd(line)) {
          break;
        }
        int one = commands.run(line);
        code = one == 0 ? code : one;
      }
      return code;
    } catch (IOException e) {
      throw new Failure.Local("Cannot read stdin: " + Private.reason(e), e);
    }
  }
}
