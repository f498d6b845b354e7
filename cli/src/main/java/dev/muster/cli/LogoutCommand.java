package dev.muster.cli;

import java.net.URI;
import picocli.CommandLine.Command;

/// `muster logout`: forgets the tokens of one server on this machine.
@Command(
    name = "logout",
    description = "Forgets the login to the server (--server, by default the current one).",
    footer = {"", "Example:", "  muster logout"})
final class LogoutCommand implements Runnable {

  private final Muster muster;

  LogoutCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    URI server = muster.server();
    boolean known = muster.logins().forget(server);
    muster.done(
        Muster.object().put("server", server.toString()).put("was_logged_in", known),
        known ? "Logged out of " + server + "." : "There was no login to " + server + ".");
  }
}
