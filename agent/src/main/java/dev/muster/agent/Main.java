package dev.muster.agent;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;

/// The command line of the agent and the simulator.
@Command(
    name = "muster-agent",
    description = "The Muster agent for the JVM, and the simulator that runs a fleet of them.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionLine.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {AgentCommand.class, SimulateCommand.class, HelpCommand.class})
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /// Exit codes: 0 done, 1 it could not be done, 2 it was asked for wrongly.
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler((failure, command, _) -> {
          String message = failure.getMessage();
          command.getErr().println(message == null ? failure.toString() : message);
          return CommandLine.ExitCode.SOFTWARE;
        });
  }

  static final class VersionLine implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"Muster agent " + Version.CURRENT};
    }
  }
}
