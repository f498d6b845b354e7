package dev.muster.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `muster shell`: the same commands at a prompt.
@Command(
    name = "shell",
    description = {
      "Takes the same commands at a prompt, with history (arrows, Ctrl-R) and completion (Tab).",
      "exit or Ctrl-D ends it, Ctrl-C what is running. Options given here hold for every command.",
      "From a pipe or a file it takes a command on each line, and # begins a remark; it ends with the",
      "code of the last command that failed, 0 when none did."
    },
    footer = {
      "",
      "Examples:",
      "  muster shell",
      "  muster shell --server localhost:50051 < commands.txt"
    })
final class ShellCommand implements Callable<Integer> {

  private final Muster muster;

  ShellCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public Integer call() {
    var commands = new ShellLine(muster.shell(), muster.globals());
    return muster.shell().console().isPresent()
        ? Prompt.ofProcess(muster, commands).run()
        : commands.runAll(muster.shell().in());
  }
}
