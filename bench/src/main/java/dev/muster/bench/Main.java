package dev.muster.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// The command line of the benchmarks.
@Command(
    name = "muster bench",
    description = "Measures a server on this machine against the bounds that it promises.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      PolicyCommand.class,
      DevicesCommand.class,
      GrpcCommand.class,
      CommandsCommand.class,
      HeartbeatsCommand.class,
      FleetCommand.class,
      SyncCommand.class,
      HelpCommand.class
    })
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /// Exit codes: 0 all bounds hold, 1 one does not or it could not be measured, 2 it was asked for
  /// wrongly.
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler((failure, command, _) -> {
          command.getErr().println("The benchmark could not be run: " + failure);
          return CommandLine.ExitCode.SOFTWARE;
        });
  }
}
