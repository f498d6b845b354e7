package dev.muster.cli;

import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Private;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;

/// A prompt for a person: history that is kept, completion of commands, options and words.
final class Prompt {

  private static final int HISTORY = 1_000;

  private final Terminal terminal;
  private final ShellLine commands;
  private final Path history;

  Prompt(Terminal terminal, ShellLine commands, Path history) {
    this.terminal = terminal;
    this.commands = commands;
    this.history = history;
  }

  /// On the terminal of this process, by `stty`: the ways that need native code of JLine's own
  /// print a warning of the JVM.
  static Prompt ofProcess(Muster muster, ShellLine commands) {
    try {
      Terminal terminal =
          TerminalBuilder.builder()
              .system(true)
              .jni(false)
              .ffm(false)
              .jna(false)
              .jansi(false)
              .exec(true)
              .dumb(true)
              .build();
      return new Prompt(terminal, commands, muster.profiles().history());
    } catch (IOException e) {
      throw new Failure.Local("Cannot use this terminal: " + Private.reason(e), e);
    }
  }

  /// Until `exit` or the end of input; the code of the last command.
  int run() {
    LineReader reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("muster")
            .completer(
                (_, line, candidates) -> complete(line.words(), line.wordIndex(), candidates))
            .variable(LineReader.HISTORY_FILE, privateHistory())
            .variable(LineReader.HISTORY_SIZE, HISTORY)
            .variable(LineReader.HISTORY_FILE_SIZE, HISTORY)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    Thread worker = Thread.currentThread();
    terminal.handle(Signal.INT, _ -> worker.interrupt());
    int code = 0;
    try (terminal) {
      while (true) {
        String line;
        try {
          line = reader.readLine("muster> ");
        } catch (UserInterruptException _) {
          continue;
        }
        if (ShellLine.isEnd(line)) {
          return code;
        }
        code = commands.run(line);
        Thread.interrupted();
      }
    } catch (EndOfFileException _) {
      return code;
    } catch (IOException e) {
      throw new Failure.Local("Cannot let go of this terminal: " + Private.reason(e), e);
    }
  }

  /// Parameters may be secrets: the file is its owner's alone. A line that begins with a space is
  /// not kept.
  private Path privateHistory() {
    if (!Files.exists(history)) {
      Private.write(history, "");
    }
    return history;
  }

  private void complete(List<String> words, int at, List<Candidate> candidates) {
    CommandSpec all = Main.commands(commands.shell()).getCommandSpec();
    var found = new ArrayList<CharSequence>();
    AutoComplete.complete(all, words.toArray(String[]::new), at, 0, 0, found);
    found.stream().map(word -> new Candidate(word.toString())).forEach(candidates::add);
  }
}
