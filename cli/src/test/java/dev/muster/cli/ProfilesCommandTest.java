package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfilesCommandTest extends CliTest {
  private static final String NOTHING = "{\"count\": 0, \"results\": []}";

  /// What the server answers to one login after the other.
  private void logins(String... accessTokens) {
    for (String access : accessTokens) {
      server.on(
          "POST /api/auth/login/", 200, "{\"access\": \"" + access + "\", \"refresh\": \"r\"}");
    }
  }

  private void logInTo(String profile, String email) {
    Ran login =
        typing(
            "secret\n",
            "--profile",
            profile,
            "login",
            "--server",
            server.address().toString(),
            "--email",
            email,
            "--password-stdin");
    assertThat(login.code()).as(login.err()).isZero();
  }

  private String tokenOf(String... options) {
    server.on("GET /api/groups/?limit=50", 200, NOTHING);
    String[] args = new String[options.length + 1];
    System.arraycopy(options, 0, args, 0, options.length);
    args[options.length] = "groups";
    assertThat(run(args).code()).isZero();
    return server.last().authorization();
  }

  @Test
  void oneServerInTwoRolesIsTwoProfiles() {
    logins("of-the-admin", "of-the-viewer");
    logInTo("admin", "ann@example.com");
    logInTo("watch", "bob@example.com");

    assertThat(tokenOf("--profile", "admin")).isEqualTo("Bearer of-the-admin");
    assertThat(tokenOf("--profile", "watch")).isEqualTo("Bearer of-the-viewer");
  }

  @Test
  void theProfileInUseHoldsWhereNoneIsNamed() {
    logins("of-staging", "of-the-default");
    logInTo("staging", "ann@example.com");
    logInTo("default", "ann@example.com");
    assertThat(tokenOf()).isEqualTo("Bearer of-the-default");

    assertThat(run("profiles", "use", "staging").out())
        .isEqualToIgnoringNewLines("Commands use the profile staging.");
    assertThat(tokenOf()).isEqualTo("Bearer of-staging");
    assertThat(tokenOf("--profile", "default")).isEqualTo("Bearer of-the-default");
  }

  @Test
  void theListSaysWhoIsLoggedInWhere() {
    logIn();
    logInTo("staging", "bob@example.com");

    Ran list = run("profiles");
    assertThat(list.lines().get(1)).startsWith("*").contains("default", "ann@example.com");
    assertThat(list.lines().get(2)).startsWith(" ").contains("staging", "bob@example.com");
    assertThat(run("profiles", "list", "--output", "json").json().at("/results/1/profile").asText())
        .isEqualTo("staging");
    assertThat(list.out()).doesNotContain("access-1");
  }

  @Test
  void aRemovedProfileIsForgotten() throws IOException {
    logins("x");
    logInTo("staging", "ann@example.com");
    assertThat(run("profiles", "use", "staging").code()).isZero();

    assertThat(run("profiles", "remove", "staging").code()).isZero();

    assertThat(run("profiles").out()).doesNotContain("staging");
    try (var files = Files.walk(home)) {
      assertThat(files.filter(Files::isRegularFile).map(Path::getFileName).map(Path::toString))
          .doesNotContain("staging.json", "profile");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "", ".hidden", "a/b", "a b"})
  void aNameThatWouldBeAnotherFileIsRefused(String name) {
    assertThat(run("--profile", name, "groups").code()).isEqualTo(2);
    assertThat(run("profiles", "use", name).code()).isEqualTo(2);
  }
}
