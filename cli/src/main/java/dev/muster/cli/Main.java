package dev.muster.cli;

import dev.muster.cli.client.Failure;
import dev.muster.cli.demo.DemoCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// The entry of the command line: builds the commands, runs one and turns failures into a sentence
/// and an exit code. The sentence goes to stderr, except where scripts were promised it on stdout.
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.exit(execute(Shell.ofProcess(), args));
  }

  static int execute(Shell shell, String... args) {
    return commands(shell).execute(args);
  }

  static CommandLine commands(Shell shell) {
    var muster = new Muster(shell);
    var demo = new CommandLine(new DemoCommand(shell.out(), shell.env(), muster::logins));
    var profiles = new CommandLine(new ProfilesCommand(muster));
    var completion = new CommandLine(new CompletionCommand(shell));
    var line =
        new CommandLine(muster)
            .addSubcommand(new LoginCommand(muster))
            .addSubcommand(new LogoutCommand(muster))
            .addSubcommand(new RegisterCommand(muster))
            .addSubcommand(new ListCommand(muster))
            .addSubcommand(new GetInfoCommand(muster))
            .addSubcommand(new SetStatusCommand(muster))
            .addSubcommand(new InitiateActionCommand(muster))
            .addSubcommand(new ActionStatusCommand(muster))
            .addSubcommand(new PollActionCommand(muster))
            .addSubcommand(new ActionsCommand(muster))
            .addSubcommand(new BatchCommand(muster))
            .addSubcommand(new WatchCommand(muster))
            .addSubcommand(devices(muster))
            .addSubcommand(new GroupsCommand(muster))
            .addSubcommand(new EnrollTokenCommand(muster))
            .addSubcommand(policies(muster))
            .addSubcommand(new ComplianceCommand(muster))
            .addSubcommand(new AlertsCommand(muster))
            .addSubcommand(new UsersCommand(muster))
            .addSubcommand(new OrganizationsCommand(muster))
            .addSubcommand(new KeysCommand(muster))
            .addSubcommand(new PasswordCommand(muster))
            .addSubcommand(new SessionsCommand(muster))
            .addSubcommand(new AuditCommand(muster))
            .addSubcommand(new NotificationsCommand(muster))
            .addSubcommand(new BackupCommand(muster))
            .addSubcommand(new TasksCommand(muster))
            .addSubcommand(new TelemetryCommand(muster))
            .addSubcommand(new SyncCommand(muster))
            .addSubcommand(new DemoDataCommand(muster))
            .addSubcommand(profiles)
            .addSubcommand(new ShellCommand(muster))
            .addSubcommand(completion)
            .addSubcommand(demo);
    withoutInherited(demo.getCommandSpec(), "--server", "--output", "--api-key-file", "--ca");
    withoutInherited(
        completion.getCommandSpec(), "--server", "--output", "--profile", "--api-key-file", "--ca");
    withoutInherited(profiles.getCommandSpec(), "--server", "--api-key-file", "--ca");
    return line.setOut(shell.out())
        .setErr(shell.err())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setAbbreviatedOptionsAllowed(false)
        // a profile may be called watch, and a device list
        .setAllowSubcommandsAsOptionParameters(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((e, _) -> wrongUsage(e, shell.err()))
        .setExecutionExceptionHandler((e, _, _) ->
            failed(e, e instanceof Failure.Told && !muster.json() ? shell.out() : shell.err()));
  }

  /// Takes away options that would do nothing, so that the help of the command is true.
  private static void withoutInherited(CommandSpec spec, String... options) {
    for (String option : options) {
      spec.remove(spec.findOption(option));
    }
  }

  private static CommandLine devices(Muster muster) {
    return new CommandLine(new DevicesCommand(muster))
        .addSubcommand(new DevicesSetCommand(muster))
        .addSubcommand(new DevicesImportCommand(muster));
  }

  private static CommandLine policies(Muster muster) {
    return new CommandLine(new PolicyCommand(muster))
        .addSubcommand(new PolicySetCommand(muster))
        .addSubcommand(new PolicyPublishCommand(muster))
        .addSubcommand(new PolicyAssignCommand.Assign(muster))
        .addSubcommand(new PolicyAssignCommand.Unassign(muster));
  }

  private static int wrongUsage(ParameterException e, PrintWriter err) {
    err.println(e.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    }
    err.flush();
    return 2;
  }

  private static int failed(Exception e, PrintWriter to) {
    String message =
        e instanceof Failure failure
            ? String.valueOf(failure.getMessage())
            : "This is a mistake in Muster itself, please report it: " + e;
    to.println(Table.printable(message, '\n'));
    to.flush();
    return e instanceof Failure failure ? failure.exitCode() : 1;
  }
}
