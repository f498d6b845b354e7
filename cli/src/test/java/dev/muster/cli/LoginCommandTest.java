package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.client.Api;
import dev.muster.cli.client.Logins;
import dev.muster.cli.client.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoginCommandTest extends CliTest {

  private Path credentials() {
    return home.resolve(".config/muster/credentials.json");
  }

  @Test
  void loginKeepsTheTokensWhereOnlyTheirOwnerReadsThem() throws IOException {
    logIn();

    assertThat(parse(server.last().body()))
        .isEqualTo(parse("{\"email\": \"ann@example.com\", \"password\": \"secret\"}"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(credentials())))
        .isEqualTo("rw-------");
    assertThat(parse(Files.readString(credentials())).path("current").asText())
        .isEqualTo(server.address().toString());
  }

  @Test
  void commandsGoToTheServerOfTheLoginWithItsToken() {
    logIn();
    server.on("GET /api/groups/?limit=50", 200, "{\"count\": 0, \"results\": []}");

    assertThat(run("groups").code()).isZero();
    assertThat(server.last().authorization()).isEqualTo("Bearer access-1");
  }

  @Test
  void aTokenIsNeverSentToAnotherServer() throws IOException {
    logIn();
    try (var other = new FakeServer()) {
      other.on("GET /api/groups/?limit=50", 200, "{\"count\": 0, \"results\": []}");

      assertThat(run("groups", "--server", other.address().toString()).code()).isZero();
      assertThat(other.last().authorization()).isEmpty();
    }
  }

  @Test
  void anExpiredTokenIsRenewedOnceAndTheNewOneKept() {
    logIn();
    server
        .on("GET /api/groups/?limit=50", 401, "{\"detail\": \"Expired.\"}")
        .on("GET /api/groups/?limit=50", 200, "{\"count\": 0, \"results\": []}")
        .on(
            "POST /api/auth/refresh/",
            200,
            "{\"access\": \"access-2\", \"refresh\": \"refresh-2\"}");

    assertThat(run("groups").code()).isZero();
    assertThat(run("groups").code()).isZero();

    assertThat(server.asked())
        .extracting(FakeServer.Asked::authorization)
        .containsExactly("", "Bearer access-1", "", "Bearer access-2", "Bearer access-2");
    assertThat(parse(server.asked().get(2).body()).path("refresh").asText()).isEqualTo("refresh-1");
  }

  @Test
  void aLoginThatHasEndedAsksForAnotherOne() {
    logIn();
    server
        .on("GET /api/groups/?limit=50", 401, "{\"detail\": \"The token has expired.\"}")
        .on("POST /api/auth/refresh/", 401, "{\"detail\": \"The login has ended.\"}");

    Ran ran = run("groups");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err())
        .contains("The token has expired.")
        .contains("muster login --server " + server.address());
  }

  @Test
  void aRefreshTokenIsSpentOnceByCommandsThatStartTogether() throws Exception {
    logIn();
    server.on(
        "POST /api/auth/refresh/", 200, "{\"access\": \"access-2\", \"refresh\": \"refresh-2\"}");
    var logins = new Logins(credentials());
    var sessions = IntStream.range(0, 16).mapToObj(_ -> logins.session(server.address())).toList();

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var api = new Api(server.address(), Session.ANONYMOUS);
      var renewals =
          threads.invokeAll(
              sessions.stream()
                  .<Callable<String>>map(s -> () -> s.renew(api, "access-1").orElse(""))
                  .toList());
      for (var renewal : renewals) {
        assertThat(renewal.get()).isEqualTo("access-2");
      }
    }
    assertThat(server.asked()).filteredOn(a -> a.path().contains("refresh")).hasSize(1);
  }

  @Test
  void aWrongPasswordIsRefusedInWordsAndNothingIsKept() {
    server.on("POST /api/auth/login/", 401, "{\"detail\": \"No active account found\"}");

    Ran ran =
        typing(
            "wrong\n",
            "login",
            "--server",
            server.address().toString(),
            "--email",
            "ann@example.com",
            "--password-stdin");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("No account at " + server.address());
    assertThat(credentials()).doesNotExist();
  }

  @Test
  void withNobodyToAskThePasswordComesFromStdin() {
    Ran ran = run("login", "--email", "ann@example.com");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("--password-stdin");
  }

  @Test
  void logoutForgetsTheLogin() {
    logIn();
    server.on("GET /api/groups/?limit=50", 200, "{\"count\": 0, \"results\": []}");

    server.on("POST /api/auth/logout/", 204, "");

    assertThat(run("logout").lines()).containsExactly("Logged out of " + server.address() + ".");
    assertThat(server.last().line()).isEqualTo("POST /api/auth/logout/");
    assertThat(parse(server.last().body()).path("refresh").asText()).isEqualTo("refresh-1");
    assertThat(onServer("groups").code()).isZero();
    assertThat(server.last().authorization()).isEmpty();
    assertThat(onServer("logout").out()).contains("There was no login");
  }

  @Test
  void aServerThatDoesNotEndTheSessionKeepsNobodyFromForgettingIt() {
    logIn();

    assertThat(run("logout").out()).contains("Logged out").contains("ends by itself");
    assertThat(onServer("logout").out()).contains("There was no login");
  }

  @Test
  void aDamagedLoginFileIsNamed() throws IOException {
    Files.createDirectories(credentials().getParent());
    Files.writeString(credentials(), "{\"current\": ");

    Ran ran = run("groups");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains(credentials().toString()).contains("log in again");
  }
}
