package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster organizations`: the tenants, for those who run the server.
@Command(
    name = "organizations",
    description = "Lists organizations, makes one, limits one, erases one.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Example:", "  muster organizations list"})
final class OrganizationsCommand implements Runnable {
  private static final String WHICH = "Its id or its name.";

  private final Muster muster;

  OrganizationsCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    list(50);
  }

  @Command(
      description = "Lists the organizations of the server.",
      footer = {"", "Example:", "  muster organizations list"})
  void list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/organizations/"), limit),
        organizations -> {
          var table = new Table("NAME", "STATE", "MADE", "ID");
          for (JsonNode organization : organizations.path("results")) {
            table.row(
                Cells.text(organization, "name"),
                Cells.text(organization, "state"),
                Times.ago(organization.path("created_at"), muster.now()),
                Cells.text(organization, "id"));
          }
          return table;
        });
  }

  @Command(
      description = {
        "Makes an organization and its admin.",
        "The password is typed unseen or read from stdin."
      },
      footer = {
        "",
        "Example:",
        "  muster organizations create --name Acme --admin-email ann@example.com"
      })
  void create(
      @Option(names = "--name", required = true, paramLabel = "NAME", description = "Its name.")
          String name,
      @Option(
              names = "--admin-email",
              required = true,
              paramLabel = "EMAIL",
              description = "The e-mail address of its first admin.")
          String email,
      @Option(names = "--password-stdin", description = "Read the password from stdin.")
          boolean passwordStdin) {
    var password = new LoginCommand.Password(muster.shell());
    String secret =
        passwordStdin ? password.fromStdin() : password.askUnseen("A password for " + email + ": ");
    JsonNode made =
        muster
            .api()
            .post(
                Route.of("/api/organizations/"),
                Muster.object()
                    .put("name", name)
                    .put("admin_email", email)
                    .put("admin_name", email.replaceFirst("@.*", ""))
                    .put("admin_password", secret));
    muster.done(made, name + " is made, with " + email + " as its admin.");
  }

  @Command(
      description = {
        "Shows what an organization may have and has, or sets it.",
        "0 is without limit (shown as -), default the server's own limit."
      },
      footer = {"", "Example:", "  muster organizations quota Acme --devices 500"})
  void quota(
      @Parameters(paramLabel = "ORGANIZATION", description = WHICH) String which,
      @Option(names = "--devices", paramLabel = "N", description = "Devices that are not retired.")
          @Nullable String devices,
      @Option(
              names = "--tokens",
              paramLabel = "N",
              description = "Enrollment tokens and API keys that are good.")
          @Nullable String tokens,
      @Option(
              names = "--storage-bytes",
              paramLabel = "N",
              description = "Bytes of stored documents.")
          @Nullable String storage,
      @Option(
              names = "--attachment-bytes",
              paramLabel = "N",
              description = "Bytes of files of tasks.")
          @Nullable String attachments) {
    ObjectNode quotas = Muster.object();
    limit(quotas, "devices", devices);
    limit(quotas, "tokens", tokens);
    limit(quotas, "storage_bytes", storage);
    limit(quotas, "attachment_bytes", attachments);
    Route route = Route.of("/api/organizations/{}/", Cells.text(named(which), "id"));
    JsonNode answer =
        quotas.isEmpty()
            ? muster.api().get(route)
            : muster.api().patch(route, Muster.object().set("quotas", quotas));
    muster.show(
        answer,
        organization -> {
          var table = new Table("QUOTA", "USED", "LIMIT");
          for (var quota : organization.path("quotas").properties()) {
            long limit = quota.getValue().asLong();
            table.row(
                quota.getKey(),
                Cells.text(organization.path("usage"), quota.getKey()),
                limit == 0 ? "-" : Long.toString(limit));
          }
          return table;
        });
  }

  private static void limit(ObjectNode quotas, String name, @Nullable String limit) {
    if (limit == null) {
      return;
    }
    if (limit.equals("default")) {
      quotas.putNull(name);
    } else if (limit.matches("[0-9]{1,18}")) {
      quotas.put(name, Long.parseLong(limit));
    } else {
      throw new Failure.Usage("«" + limit + "» is no limit: write a whole number, or default.");
    }
  }

  /// What becomes of scripts.
  enum Scripting {
    ALLOW,
    FORBID
  }

  @Command(
      description = {
        "Lets devices of your own organization be told to run scripts, or not any more.",
        "Whoever may send commands can then do anything on every device."
      },
      footer = {"", "Example:", "  muster organizations scripts allow"})
  void scripts(
      @Parameters(paramLabel = "allow|forbid", description = "Off at first.") Scripting what) {
    boolean allowed = what == Scripting.ALLOW;
    JsonNode answer =
        muster
            .api()
            .patch(
                Route.of("/api/organizations/me/"), Muster.object().put("allow_scripts", allowed));
    muster.done(answer, allowed ? "Scripts are allowed." : "Scripts are not allowed any more.");
  }

  @Command(
      description = "Erases an organization with all that it has, for good.",
      footer = {"", "Example:", "  muster organizations erase Acme"})
  void erase(
      @Parameters(paramLabel = "ORGANIZATION", description = WHICH) String which,
      @Mixin Confirmation confirmation) {
    JsonNode organization = named(which);
    String name = Cells.text(organization, "name");
    confirmation.require(
        muster.shell(), "All people, devices and policies of " + name + " go.", name);
    JsonNode answer =
        muster
            .api()
            .delete(
                Route.of("/api/organizations/{}/", Cells.text(organization, "id")),
                Muster.object().put("confirm_name", name));
    muster.done(
        answer,
        "Nobody of "
            + name
            + " is let in any more. Its rows are being erased; muster organizations list shows it"
            + " until they are.");
  }

  /// Names are not unique: one that several have is no answer.
  private JsonNode named(String which) {
    var found =
        muster
            .api()
            .list(Route.of("/api/organizations/"), Integer.MAX_VALUE)
            .path("results")
            .valueStream()
            .filter(organization ->
                which.equals(organization.path("id").asText())
                    || which.equals(organization.path("name").asText()))
            .toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw new Failure.Usage(
        found.isEmpty()
            ? "There is no organization " + which + "."
            : found.size() + " organizations have the name " + which + "; say the id.");
  }
}
