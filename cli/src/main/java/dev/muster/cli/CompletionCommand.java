package dev.muster.cli;

import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/// `muster completion`: the script by which a shell completes this command line.
@Command(
    name = "completion",
    description = {
      "Prints a script for bash and zsh that completes commands and options.",
      "For bash, in ~/.bashrc:  source <(muster completion)",
      "For zsh, in ~/.zshrc:    autoload -U +X bashcompinit && bashcompinit",
      "                         source <(muster completion)"
    },
    footer = {"", "Example:", "  muster completion >> ~/.bashrc"})
final class CompletionCommand implements Runnable {
  /// What the launcher starts by itself, in other programs.
  static final List<String> OF_THE_LAUNCHER =
      List.of("server", "restore", "agent", "simulate", "test", "bench");

  private final Shell shell;

  CompletionCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    CommandLine all = Main.commands(shell);
    for (String name : OF_THE_LAUNCHER) {
      if (!all.getSubcommands().containsKey(name)) {
        all.addSubcommand(name, new CommandLine(CommandSpec.create()));
      }
    }
    shell.out().println(AutoComplete.bash("muster", all));
    shell.out().println("complete -F _complete_muster -o default ./muster");
    shell.out().flush();
  }
}
