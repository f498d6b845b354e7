package dev.muster.cli;

import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `muster password`: gives whoever is logged in another password.
@Command(
    name = "password",
    description = {
      "Changes your password, typed unseen or read from stdin.",
      "It ends all your other sessions; this login goes on."
    },
    footer = {"", "Example:", "  muster password"})
final class PasswordCommand implements Runnable {

  private final Muster muster;

  @Option(
      names = "--password-stdin",
      description = "Read two lines from stdin: the current password, then the new one.")
  private boolean passwordStdin;

  PasswordCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    List<String> passwords = passwordStdin ? fromStdin() : typed();
    muster.done(
        muster
            .api()
            .post(
                Route.of("/api/users/me/password/"),
                Muster.object()
                    .put("current_password", passwords.getFirst())
                    .put("new_password", passwords.getLast())),
        "Your password is changed, and your other sessions have ended.");
  }

  private List<String> fromStdin() {
    List<String> lines = Input.read(muster.shell().in()).lines().toList();
    if (lines.size() != 2) {
      throw new Failure.Usage(
          "--password-stdin takes two lines: the current password and the new one.");
    }
    return lines;
  }

  private List<String> typed() {
    var password = new LoginCommand.Password(muster.shell());
    String current = password.askUnseen("Your current password: ");
    String wanted = password.askUnseen("The new one: ");
    if (!password.askUnseen("The new one again: ").equals(wanted)) {
      throw new Failure.Usage("The two are not the same; nothing was changed.");
    }
    return List.of(current, wanted);
  }
}
