package dev.muster.cli;

import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Login;
import dev.muster.cli.client.Route;
import java.net.URI;
import picocli.CommandLine.Command;

/// `muster logout`: ends the session on the server and forgets its tokens on this machine. A server
/// that does not answer keeps nobody from forgetting.
@Command(
    name = "logout",
    description =
        "Ends and forgets the login to the server (--server, by default the current one).",
    footer = {"", "Example:", "  muster logout"})
final class LogoutCommand implements Runnable {

  private final Muster muster;

  LogoutCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    URI server = muster.server();
    boolean ended = muster.logins().find(server).map(this::end).orElse(false);
    boolean known = muster.logins().forget(server);
    muster.done(
        Muster.object()
            .put("server", server.toString())
            .put("was_logged_in", known)
            .put("session_ended", ended),
        known
            ? "Logged out of "
                + server
                + (ended ? "." : ". The server did not end the session; it ends by itself.")
            : "There was no login to " + server + ".");
  }

  private boolean end(Login login) {
    var api = new Api(login.server(), muster.logins().session(login.server()));
    try {
      var _ =
          api.post(Route.of("/api/auth/logout/"), Muster.object().put("refresh", login.refresh()));
      return true;
    } catch (Failure.Refused | Failure.Unreachable e) {
      return false;
    }
  }
}
