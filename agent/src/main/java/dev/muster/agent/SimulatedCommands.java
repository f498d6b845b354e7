package dev.muster.agent;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Command;
import dev.muster.agent.core.CommandExecutor;
import dev.muster.agent.core.CommandResult;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;

/// Carries commands out on a simulated device. What a policy or a command changed the other one
/// finds: an installed app is reported as installed. Scripts alone are real, where they are
/// allowed.
final class SimulatedCommands implements CommandExecutor {
  private static final Set<String> REPEATABLE =
      Set.of("ping", "ring", "lock", "collect_logs", "list_packages");

  private static final int STEPS = 4;
  private static final int LINES = 200;
  private static final Duration SCRIPT_LIMIT = Duration.ofMinutes(1);
  private static final long MOST_SECONDS = 3600;

  private final SimulatedEnforcer device;
  private final AgentLog log;
  private final Pace pace;
  private final boolean allowScripts;
  private final AgentClock clock;
  private final DoubleSupplier random;

  /// @param random numbers from 0 (included) to 1, for which commands fail
  SimulatedCommands(
      SimulatedEnforcer device,
      AgentLog log,
      Pace pace,
      boolean allowScripts,
      AgentClock clock,
      DoubleSupplier random) {
    this.device = device;
    this.log = log;
    this.pace = pace;
    this.allowScripts = allowScripts;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public boolean mayRepeat(String action) {
    return REPEATABLE.contains(action);
  }

  @Override
  public CommandResult execute(Command command, Progress progress)
      throws IOException, InterruptedException {
    Parameters parameters = new Parameters(command.parameters());
    pass(progress);
    if (random.getAsDouble() >= pace.success()) {
      return CommandResult.failed("the simulated device failed at it");
    }
    return switch (command.action()) {
      case "ping" ->
          CommandResult.success("pong")
              .with(Json.obj(Map.of("agent_version", Json.of(Version.CURRENT))));
      case "ring" ->
          CommandResult.success("rang for " + parameters.whole("seconds", 10, MOST_SECONDS) + " s");
      case "lock" -> CommandResult.success("the screen is locked");
      case "system_reboot" -> CommandResult.success("restarted");
      case "software_update" -> CommandResult.success("the software is up to date");
      case "firmware_update" -> CommandResult.success("the firmware is up to date");
      case "configuration_change" ->
          CommandResult.success("changed " + String.join(", ", command.parameters().keySet()));
      case "launch_app" -> launch(parameters.app(), "was brought to the front");
      case "restart_app" -> launch(parameters.app(), "was started again");
      case "grant_permissions" -> grant(parameters);
      case "install_app" -> install(parameters.app());
      case "uninstall_app" -> uninstall(parameters.app());
      case "list_packages" -> packages();
      case "collect_logs" -> lines((int) parameters.whole("lines", LINES, 10_000));
      case "run_script" -> script(parameters);
      case "wipe" -> erase();
      default -> CommandResult.unsupported("this agent does not know " + command.action());
    };
  }

  /// Lets the time pass that it takes, and tells how far it is.
  private void pass(Progress progress) throws InterruptedException {
    if (pace.time().isZero()) {
      return;
    }
    for (int step = 1; step <= STEPS; step++) {
      clock.sleep(pace.time().dividedBy(STEPS));
      if (step < STEPS) {
        progress.report(step * 100 / STEPS, "");
      }
    }
  }

  private CommandResult launch(String app, String done) {
    device.launch(app);
    return onApp(app, done);
  }

  private CommandResult onApp(String app, String done) {
    return device.has(app)
        ? CommandResult.success(app + " " + done)
        : CommandResult.failed(app + " is not installed");
  }

  private CommandResult grant(Parameters parameters) throws IOException {
    String app = parameters.app();
    List<String> permissions = Arrays.asList(parameters.text("permissions").split("[,\\s]+", -1));
    return onApp(app, "was granted " + String.join(", ", permissions));
  }

  private CommandResult install(String app) {
    device.install(app);
    return CommandResult.success(app + " is installed");
  }

  private CommandResult uninstall(String app) {
    return CommandResult.success(
        app + (device.uninstall(app) ? " is removed" : " was not installed"));
  }

  private CommandResult packages() {
    List<String> apps = device.apps();
    return CommandResult.success(apps.size() + " packages")
        .with(Json.obj(Map.of("packages", Json.texts(apps))));
  }

  private CommandResult lines(int count) {
    List<String> newest = log.newest(count);
    List<String> sent = Fitting.newest(newest);
    String more = sent.size() < newest.size() ? ", all that fit of " + newest.size() : "";
    return CommandResult.success(sent.size() + " lines" + more)
        .with(Json.obj(Map.of("lines", Json.texts(sent))));
  }

  private CommandResult script(Parameters parameters) throws IOException, InterruptedException {
    if (!allowScripts) {
      return CommandResult.refused(
          "this agent runs no scripts: it was not started with --allow-scripts");
    }
    String text = parameters.text("script");
    long seconds = parameters.whole("seconds", SCRIPT_LIMIT.toSeconds(), MOST_SECONDS);
    return Scripts.run(text, Duration.ofSeconds(seconds));
  }

  private CommandResult erase() {
    device.erase();
    return CommandResult.success("everything on the device was erased").leaving();
  }
}
