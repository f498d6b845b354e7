package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Logins;
import dev.muster.cli.client.Profiles;
import dev.muster.cli.client.ServerAddress;
import dev.muster.cli.client.Session;
import dev.muster.cli.client.TrustedCa;
import dev.muster.cli.fleet.Answers;
import dev.muster.cli.fleet.Fleet;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The root of the command line: the options that every command takes, and what every command
/// needs: the server to speak to and the way to answer.
@Command(
    name = "muster",
    versionProvider = BuildVersion.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Runs a fleet of devices: what they should be, what they are, what differs.",
    footer = {
      "",
      "Started by the same ./muster, each with its own --help:",
      "  server        the server with its embedded PostgreSQL",
      "  restore       a data folder for a server, of a file that backup wrote",
      "  agent         the agent of this machine",
      "  simulate      many simulated devices in one process",
      "  test          the whole test suite",
      "  bench         measures a server against its bounds",
      "",
      "A program calls with an API key in MUSTER_API_KEY or --api-key-file.",
      "",
      "Exit codes: 0 done, 1 the server or the network refused or the action failed, 2 wrong usage,",
      "130 stopped by Ctrl-C.",
      "",
      "Example:",
      "  muster policy set kiosk cameraDisabled=false"
    })
final class Muster implements Runnable {

  static final String API_KEY = "MUSTER_API_KEY";
  static final String DEFAULT_SERVER = "http://localhost:8080";
  static final String CA_VARIABLE = "MUSTER_CA_FILE";

  enum Output {
    TABLE,
    JSON
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--server",
      paramLabel = "SERVER",
      scope = ScopeType.INHERIT,
      description =
          "The server: its URL, or host:port of its fleet service (gRPC). Default: the one logged in"
              + " to, else "
              + DEFAULT_SERVER
              + ", and "
              + FleetDoor.DEFAULT
              + " for commands that speak gRPC.")
  private @Nullable String server;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description =
          "The profile whose login is used. Default: MUSTER_PROFILE, else the one in use.")
  private @Nullable String profile;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "File with an API key to call with, instead of the login or MUSTER_API_KEY.")
  private @Nullable String apiKeyFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "PEM file of the certificate authority that the server's certificate must come from, when"
              + " it is a private one. Default: "
              + CA_VARIABLE
              + ", else those that Java trusts.")
  private @Nullable Path ca;

  @Option(
      names = "--output",
      paramLabel = "table|json",
      defaultValue = "table",
      scope = ScopeType.INHERIT,
      description = "table for people (the default), json for scripts: the server's own.")
  private Output output = Output.TABLE;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean version;

  private final Shell shell;

  Muster(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    spec.commandLine().usage(shell.err());
    throw new Failure.Usage("Which command?");
  }

  Shell shell() {
    return shell;
  }

  Profiles profiles() {
    return Profiles.ofUser(shell.env(), shell.home());
  }

  /// The name of the profile that this command uses.
  String profile() {
    if (profile != null) {
      return profile;
    }
    String named = shell.env().getOrDefault("MUSTER_PROFILE", "");
    return named.isBlank() ? profiles().current() : named;
  }

  Logins logins() {
    return profiles().logins(profile());
  }

  /// The server as it was named for this command, or else the one logged in to.
  Optional<ServerAddress> named() {
    return server != null
        ? Optional.of(ServerAddress.parse(server))
        : logins().current().map(ServerAddress.Rest::new);
  }

  /// The server that this command goes to, by its URL.
  URI server() {
    return switch (named().orElse(null)) {
      case null -> URI.create(DEFAULT_SERVER);
      case ServerAddress.Rest rest -> rest.url();
      case ServerAddress.Grpc grpc -> new FleetDoor(this).url(grpc);
    };
  }

  /// The fleet service of the server that this command goes to; nothing is sent before it is used.
  Fleet fleet() {
    return new FleetDoor(this).open();
  }

  /// Where the answers of the fleet's commands go.
  Answers answers() {
    return new Answers(shell.out(), shell.err(), json(), shell.redraws(), shell.clock());
  }

  /// The server with the API key of this call, or else the login that this user has there, if any.
  Api api() {
    URI address = server();
    return api(address, apiKey().map(Session::ofKey).orElseGet(() -> logins().session(address)));
  }

  /// Never an argument: those are seen by every process of the machine.
  Optional<String> apiKey() {
    String source = apiKeyFile != null ? apiKeyFile : API_KEY;
    String key =
        apiKeyFile != null
            ? Input.read(file(apiKeyFile)).strip()
            : shell.env().getOrDefault(API_KEY, "").strip();
    if (apiKeyFile == null && key.isEmpty()) {
      return Optional.empty();
    }
    if (!key.matches("mk_[A-Za-z0-9_-]+")) {
      throw new Failure.Usage(source + " holds no API key: one begins with mk_.");
    }
    return Optional.of(key);
  }

  /// A server with a login, trusted as the options say.
  Api api(URI address, Session session) {
    return trusted()
        .map(trusted -> new Api(address, session, trusted))
        .orElseGet(() -> new Api(address, session));
  }

  /// Whose certificates are trusted in place of what Java trusts, if anything was said of it.
  Optional<SSLContext> trusted() {
    String file = ca == null ? shell.env().getOrDefault(CA_VARIABLE, "") : ca.toString();
    return file.isEmpty() ? Optional.empty() : Optional.of(TrustedCa.of(file(file)));
  }

  /// The options of this command that a command within it is to have as well.
  List<String> globals() {
    var options = new ArrayList<String>();
    options.add("--output=" + (json() ? "json" : "table"));
    given(options, "--server", server);
    given(options, "--profile", profile);
    given(options, "--api-key-file", apiKeyFile);
    given(options, "--ca", ca);
    return options;
  }

  private static void given(List<String> options, String name, @Nullable Object value) {
    if (value != null) {
      options.add(name + "=" + value);
    }
  }

  Instant now() {
    return shell.clock().instant();
  }

  /// A file named on the command line.
  Path file(String name) {
    return shell.work().resolve(name);
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  boolean json() {
    return output == Output.JSON;
  }

  /// Answers with what the server sent: itself for scripts, as a table for people.
  void show(JsonNode answer, Function<JsonNode, Table> people) {
    if (json()) {
      shell.out().println(answer.toPrettyString());
    } else {
      people.apply(answer).lines().forEach(shell.out()::println);
      int rows = answer.path("results").size();
      if (answer.path("count").asInt(rows) > rows) {
        shell.out().println(rows + " of " + answer.path("count") + "; more with --limit.");
      }
    }
    shell.out().flush();
  }

  /// Answers that something was done: the server's answer for scripts, when it gave one, and a
  /// sentence for people.
  void done(JsonNode answer, String sentence) {
    if (!json()) {
      shell.out().println(Table.printable(sentence, '\n'));
    } else if (!answer.isMissingNode()) {
      shell.out().println(answer.toPrettyString());
    }
    shell.out().flush();
  }
}
