package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster users`: the people of the organization.
@Command(
    name = "users",
    description = "Lists the people of the organization, adds one, erases one.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {"", "Example:", "  muster users list"})
final class UsersCommand implements Runnable {

  enum Role {
    ADMIN,
    OPERATOR,
    VIEWER,
    MEMBER
  }

  private final Muster muster;

  UsersCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    list(50);
  }

  @Command(
      description = "Lists the people of the organization.",
      footer = {"", "Example:", "  muster users list"})
  void list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most this many rows; 50 by default.")
          int limit) {
    muster.show(
        muster.api().list(Route.of("/api/users/"), limit),
        users -> {
          var table = new Table("EMAIL", "NAME", "ROLE", "LAST SEEN", "ID");
          for (JsonNode user : users.path("results")) {
            table.row(
                Cells.text(user, "email"),
                Cells.text(user, "name"),
                Cells.text(user, "role"),
                Times.ago(user.path("last_seen_at"), muster.now()),
                Cells.text(user, "id"));
          }
          return table;
        });
  }

  @Command(
      description = "Adds a person. The password is typed unseen or read from stdin.",
      footer = {"", "Example:", "  muster users create --email ann@example.com --role operator"})
  void create(
      @Option(names = "--email", required = true, paramLabel = "EMAIL", description = "Who.")
          String email,
      @Option(
              names = "--role",
              required = true,
              paramLabel = "ROLE",
              description = "admin, operator, viewer or member.")
          Role role,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              defaultValue = "",
              description = "The name; by default the part of the email before the @.")
          String name,
      @Option(names = "--password-stdin", description = "Read the password from stdin.")
          boolean passwordStdin) {
    var password = new LoginCommand.Password(muster.shell());
    String secret =
        passwordStdin ? password.fromStdin() : password.askUnseen("A password for " + email + ": ");
    JsonNode user =
        muster
            .api()
            .post(
                Route.of("/api/users/"),
                Muster.object()
                    .put("email", email)
                    .put("name", name.isBlank() ? email.replaceFirst("@.*", "") : name)
                    .put("role", role.name().toLowerCase(Locale.ROOT))
                    .put("password", secret));
    muster.done(user, email + " is added as " + role.name().toLowerCase(Locale.ROOT) + ".");
  }

  @Command(
      description = "Erases a person with all that is known of them, for good.",
      footer = {"", "Example:", "  muster users erase ann@example.com"})
  void erase(
      @Parameters(paramLabel = "EMAIL", description = "Who: the e-mail address or the id.")
          String who,
      @Mixin Confirmation confirmation) {
    JsonNode user = named(who);
    String email = Cells.text(user, "email");
    confirmation.require(
        muster.shell(), email + " goes, with sessions and API keys; what they made stays.", email);
    JsonNode answer = muster.api().delete(Route.of("/api/users/{}/", Cells.text(user, "id")));
    muster.done(answer, email + " is erased.");
  }

  private JsonNode named(String who) {
    return muster
        .api()
        .list(Route.of("/api/users/"), Integer.MAX_VALUE)
        .path("results")
        .valueStream()
        .filter(user ->
            who.equalsIgnoreCase(user.path("email").asText())
                || who.equals(user.path("id").asText()))
        .findFirst()
        .orElseThrow(() -> new Failure.Usage("There is no user " + who + "."));
  }
}
