package dev.muster.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Sends a burst of commands to connected agents and counts what arrives.
@Command(
    name = "commands",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server on a new data folder, connects agents to it that answer at once, asks for"
          + " many actions as fast as the server takes them, and waits until each has ended.",
      "Exit code 0 when none was lost, 1 when one was."
    })
final class CommandsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--agents",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Agents that are connected, 1 to 10000. Default: ${DEFAULT-VALUE}.")
  private int agents;

  @Option(
      names = "--commands",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Actions that are asked for, in turn of all agents. Default: ${DEFAULT-VALUE}.")
  private int commands;

  @Override
  public Integer call() throws Exception {
    if (agents < 1 || agents > 10_000 || commands < agents) {
      throw new ParameterException(
          spec.commandLine(), "--agents must be 1 to 10000, and --commands at least as many.");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe());
    Path root = Path.of(System.getProperty("launcher.root", "."));
    try (BenchServer server = BenchServer.start(root, false);
        Connection database = server.database()) {
      return new CommandsBench(server, database, out).run(agents, commands) ? 0 : 1;
    }
  }
}
