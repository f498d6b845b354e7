package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import dev.muster.cli.client.Session;
import java.net.URI;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `muster demo-data`: an organization with people and work, to try things on.
@Command(
    name = "demo-data",
    description = {
      "Makes " + DemoData.ORGANIZATION + " with people, projects, tasks and comments.",
      "The people are user1@test.com, an admin, user2@test.com and so on; their",
      "password is " + DemoData.PASSWORD + ". What is there already stays as it is.",
      "Everybody knows that password: a server that is not in open mode needs",
      "--force, the login of an admin of its first organization, and",
      "muster.password-bytes of 11 or less."
    },
    footer = {"", "Example:", "  muster demo-data --users 5 --tasks 20"})
final class DemoDataCommand implements Runnable {
  private final Muster muster;

  @Option(
      names = "--users",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many people, 1 to 100; 5 by default.")
  private int users = 5;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many tasks, 0 to 1000; 20 by default.")
  private int tasks = 20;

  @Option(names = "--force", description = "Also on a server that is not in open mode.")
  private boolean force;

  DemoDataCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    if (users < 1 || users > 100) {
      throw new Failure.Usage("--users must be from 1 to 100.");
    }
    if (tasks < 0 || tasks > 1_000) {
      throw new Failure.Usage("--tasks must be from 0 to 1000.");
    }
    URI server = muster.server();
    Api anonymous = muster.api(server, Session.ANONYMOUS);
    boolean open = isOpen(anonymous);
    if (!open && !force) {
      throw new Failure.Local(
          "The server at "
              + server
              + " is not in open mode, and everybody knows the password of the people that this"
              + " makes. Say --force if you want them there nevertheless.",
          null);
    }
    DemoData data =
        DemoData.in(anonymous, open ? anonymous : muster.api(), muster::api, muster.now());
    JsonNode made = data.make(users, tasks);
    muster.done(
        made,
        "Made in %s: %d people, %d projects, %d tasks, %d comments.\nLog in with: muster login --server %s --email %s (password %s)"
            .formatted(
                DemoData.ORGANIZATION,
                made.path("users").asInt(),
                made.path("projects").asInt(),
                made.path("tasks").asInt(),
                made.path("comments").asInt(),
                server,
                DemoData.email(1),
                DemoData.PASSWORD));
  }

  /// In open mode who shows no credential is somebody.
  private static boolean isOpen(Api anonymous) {
    try {
      anonymous.get(Route.of("/api/users/me/"));
      return true;
    } catch (Failure.Refused refused) {
      if (refused.status() == 401) {
        return false;
      }
      throw refused;
    }
  }
}
