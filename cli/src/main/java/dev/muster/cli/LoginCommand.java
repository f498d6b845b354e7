package dev.muster.cli;

import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Login;
import dev.muster.cli.client.Session;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `muster login`: trades a password for tokens. The password is typed unseen or read from stdin,
/// and is never an argument: those are seen by every process of the machine.
@Command(
    name = "login",
    description = {
      "Logs in to a server and makes it the one that commands go to.",
      "The tokens are kept in ~/.config/muster/credentials.json, readable by you alone."
    },
    footer = {
      "",
      "Examples:",
      "  muster login --server https://muster.example.com --email me@example.com",
      "  muster login --email me@example.com --device"
    })
final class LoginCommand implements Runnable {

  private final Muster muster;

  @Option(
      names = "--email",
      paramLabel = "EMAIL",
      description = "Who you are. Asked for if absent.")
  private @Nullable String email;

  @Option(names = "--password-stdin", description = "Read the password from stdin.")
  private boolean passwordStdin;

  @Option(
      names = "--device",
      description = {
        "Make this machine a device of yours, on which muster tasks works offline.",
        "The same machine is the same device each time."
      })
  private boolean device;

  LoginCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    URI server = muster.server();
    var password = new Password(muster.shell());
    String who = email == null ? password.ask("Email: ") : email;
    String secret =
        passwordStdin ? password.fromStdin() : password.askUnseen("Password of " + who + ": ");
    Login.Machine machine =
        device ? new Login.Machine(muster.profiles().fingerprint(), machineName()) : null;
    muster.logins().keep(Login.with(muster.api(server, Session.ANONYMOUS), who, secret, machine));
    muster.done(
        Muster.object().put("server", server.toString()).put("email", who),
        "Logged in to " + server + " as " + who + ".");
  }

  private static String machineName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "Command line";
    }
  }

  /// Where a password comes from.
  record Password(Shell shell) {

    String ask(String prompt) {
      return given(
          shell.console().map(console -> console.readLine("%s", prompt)).orElse(null), "--email");
    }

    String askUnseen(String prompt) {
      return given(
          shell
              .console()
              .map(console -> console.readPassword("%s", prompt))
              .map(String::valueOf)
              .orElse(null),
          "--password-stdin");
    }

    String fromStdin() {
      return given(Input.read(shell.in()).lines().findFirst().orElse(null), "--password-stdin");
    }

    private static String given(@Nullable String answer, String option) {
      if (answer == null || answer.isEmpty()) {
        throw new Failure.Usage(
            "Nothing was given and nobody can be asked here: pass " + option + ".");
      }
      return answer;
    }
  }
}
