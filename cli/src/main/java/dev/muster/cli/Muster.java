package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Logins;
import dev.muster.cli.client.Profiles;
import dev.muster.cli.client.Session;
import dev.muster.cli.client.TrustedCa;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
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
      "Exit codes: 0 done, 1 the server or the network refused, 2 wrong usage.",
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
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "The server. Default: the one logged in to, else " + DEFAULT_SERVER + ".")
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

  /// The server that this command goes to.
  URI server() {
    if (server != null) {
      return address(server);
    }
    return logins().current().orElseGet(() -> URI.create(DEFAULT_SERVER));
  }

  /// The server with the API key of this call, or else the login that this user has there, if any.
  Api api() {
    URI address = server();
    return api(address, apiKey().map(Session::ofKey).orElseGet(() -> logins().session(address)));
  }

  /// Never an argument: those are seen by every process of the machine.
  private Optional<String> apiKey() {
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
    String file = ca == null ? shell.env().getOrDefault(CA_VARIABLE, "") : ca.toString();
    return file.isEmpty()
        ? new Api(address, session)
        : new Api(address, session, TrustedCa.of(file(file)));
  }

  /// Reads a server's address; one address has one spelling, since logins are kept by it.
  static URI address(String text) {
    try {
      var uri = new URI(text.strip().replaceAll("/+$", ""));
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      boolean web = scheme.equals("http") || scheme.equals("https");
      boolean plain = uri.getUserInfo() == null && uri.getQuery() == null;
      if (web && plain && uri.getHost() != null && uri.getFragment() == null) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        return new URI(scheme, null, host, uri.getPort(), uri.getPath(), null, null);
      }
    } catch (URISyntaxException e) {
      // Not an address at all: the same answer as for one of another kind.
    }
    throw new Failure.Usage("«" + text + "» is not a server's address: write " + DEFAULT_SERVER);
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
