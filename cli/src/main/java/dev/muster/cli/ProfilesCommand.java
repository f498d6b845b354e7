package dev.muster.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Login;
import dev.muster.cli.client.Logins;
import dev.muster.cli.client.Profiles;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `muster profiles`: several servers, or one server in several roles, by name.
@Command(
    name = "profiles",
    description = {
      "Lists the profiles of this machine, chooses one and removes one.",
      "A profile is made by logging in: muster --profile NAME login --server URL.",
      "--profile names it for one command, MUSTER_PROFILE for a shell, use for all."
    },
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Example:", "  muster profiles use staging"})
final class ProfilesCommand implements Runnable {
  private final Muster muster;

  ProfilesCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    list();
  }

  @Command(
      description = "Lists the profiles, their servers and who is logged in there.",
      footer = {"", "Example:", "  muster profiles list"})
  void list() {
    Profiles profiles = muster.profiles();
    ObjectNode answer = Muster.object();
    ArrayNode rows = answer.putArray("results");
    for (String name : profiles.names()) {
      Logins logins = profiles.logins(name);
      Optional<Login> login = logins.current().flatMap(logins::find);
      rows.addObject()
          .put("profile", name)
          .put("current", name.equals(muster.profile()))
          .put("server", login.map(known -> known.server().toString()).orElse(null))
          .put("email", login.map(Login::email).orElse(null));
    }
    answer.put("count", rows.size());
    muster.show(
        answer,
        known -> {
          var table = new Table("", "PROFILE", "SERVER", "EMAIL");
          known
              .path("results")
              .forEach(row ->
                  table.row(
                      row.path("current").asBoolean() ? "*" : "",
                      Cells.text(row, "profile"),
                      Cells.text(row, "server"),
                      Cells.text(row, "email")));
          return table;
        });
  }

  @Command(
      description = "Lets a profile hold for every command that names none.",
      footer = {"", "Example:", "  muster profiles use staging"})
  void use(@Parameters(paramLabel = "NAME", description = "The profile.") String name) {
    muster.profiles().use(name);
    boolean known = muster.profiles().logins(name).current().isPresent();
    muster.done(
        Muster.object().put("profile", name).put("logged_in", known),
        "Commands use the profile " + name + (known ? "." : ", which has no login yet."));
  }

  @Command(
      description = "Removes a profile and forgets its logins.",
      footer = {"", "Example:", "  muster profiles remove staging"})
  void remove(@Parameters(paramLabel = "NAME", description = "The profile.") String name) {
    boolean known = muster.profiles().remove(name);
    muster.done(
        Muster.object().put("profile", name).put("was_known", known),
        known ? "The profile " + name + " is removed." : "There was no login in " + name + ".");
  }
}
